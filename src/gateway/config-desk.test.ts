import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../config/config.ts';
import { fail, ok } from '../domain/result.ts';
import {
  type ConfigDesk,
  type ConfigFile,
  configInMemory,
  configOnDisk,
  createConfigDesk,
} from './config-desk.ts';

const TEXT = `# Two doors.
admin: { token: hunter2hunter2 }
clusters:
  main:
    endpoints:
      - { name: a, base_url: https://a.example.com, api_key: secret-one } # the first
      - { name: b, base_url: https://b.example.com, api_key: secret-two }
`;

const SECRETS = /hunter2|secret-one|secret-two/;

let file: ConfigFile;
let reloads: string[];
let refusal: string | undefined;
let desk: ConfigDesk;

/** Takes a text up as the gateway does, unless `refusal` says why it can't. */
const reload = async () => {
  const parsed = await parseConfig(file.read() ?? '', file.environment);
  reloads.push(file.read() ?? '(no file)');
  if (!parsed.ok) return fail({ detail: 'not valid' });
  return refusal === undefined ? ok({ clusters: 1, endpoints: 2 }) : fail({ detail: refusal });
};

beforeEach(() => {
  file = configInMemory('config.yaml', TEXT);
  reloads = [];
  refusal = undefined;
  desk = createConfigDesk(file, reload);
});

describe('looking at the configuration', () => {
  it('shows it without its secrets', async () => {
    const view = await desk.view();
    expect(view).toMatchObject({ file: 'config.yaml', exists: true, problems: [] });
    expect(view.text).toContain('api_key: "***2" } # the first');
    expect(JSON.stringify(view)).not.toMatch(SECRETS);
  });

  it('names the text by a version that changes with it, and says nothing of it', async () => {
    const { version } = await desk.view();
    expect((await desk.view()).version).toBe(version);
    expect((await createConfigDesk(file, reload).view()).version).not.toBe(version);
    file.write(TEXT.replace('secret-one', 'secret-six'));
    expect((await desk.view()).version).not.toBe(version);
  });

  it('marks what is wrong in it at the places that are shown', async () => {
    file.write(TEXT.replace('api_key: secret-one }', 'api_key: secret-one, wieght: 3 }'));
    const { text, problems } = await desk.view();
    expect(problems).toHaveLength(1);
    const { line = 0, column = 0, message = '' } = problems[0] ?? {};
    expect(text.split('\n')[line - 1]?.slice(column - 1)).toMatch(/^wieght/);
    expect(message).toContain('did you mean "weight"?');
  });

  it('where there is none yet, shows what a first one could be', async () => {
    file.restore(undefined);
    const view = await desk.view();
    expect(view).toMatchObject({ exists: false, problems: [] });
    expect(view.text).toContain('clusters:');
  });
});

describe('checking an edited text', () => {
  it.each<[string, (text: string) => string, RegExp | undefined]>([
    ['as it was', (text) => text, undefined],
    ['with a mistake', (text) => text.replace('main:', 'main: 7 #'), /expected/],
    ['that is no YAML', (text) => `${text}  [`, /not valid YAML/],
    [
      'with a placeholder of no secret',
      (text) => text.replace('***2', '***9'),
      /"\*\*\*9" stands for no secret/,
    ],
    ['with a secret made a name', (text) => text.replace('name: a', 'name: "***2"'), /would be shown here/],
    [
      'with a reference that leads nowhere',
      (text) => text.replace('"***2"', `"\${NOWHERE}"`),
      /NOWHERE is not set/,
    ],
  ])('%s', async (_, edit, message) => {
    const { text } = await desk.view();
    const problems = await desk.check(edit(text));
    if (message === undefined) expect(problems).toEqual([]);
    else expect(problems[0]?.message).toMatch(message);
    expect(JSON.stringify(problems)).not.toMatch(SECRETS);
    expect(reloads).toEqual([]);
  });
});

describe('applying an edited text', () => {
  it('writes it with its secrets, and takes it up', async () => {
    const { text, version } = await desk.view();
    const applied = await desk.apply(text.replace('name: b', 'name: c'), version);
    expect(applied).toMatchObject({ kind: 'applied', clusters: 1, endpoints: 2 });
    expect(file.read()).toBe(TEXT.replace('name: b', 'name: c'));
    expect(reloads).toEqual([file.read()]);
    expect(applied).toMatchObject({ version: (await desk.view()).version });
  });

  it('nothing changed: nothing is written', async () => {
    const { text, version } = await desk.view();
    expect(await desk.apply(text, version)).toMatchObject({ kind: 'applied', version });
    expect(file.read()).toBe(TEXT);
  });

  it('refuses what is wrong, and leaves the file alone', async () => {
    const { text, version } = await desk.view();
    expect(await desk.apply(`${text}colour: red\n`, version)).toMatchObject({
      kind: 'problems',
      problems: [{ line: 8, column: 1 }],
    });
    expect(file.read()).toBe(TEXT);
    expect(reloads).toEqual([]);
  });

  it('refuses an edit of a text that is no longer there', async () => {
    const { text, version } = await desk.view();
    file.write(TEXT.replace('name: b', 'name: elsewhere'));
    const { version: current } = await desk.view();
    expect(await desk.apply(text, version)).toEqual({ kind: 'conflict', version: current });
    expect(file.read()).toContain('elsewhere');
  });

  it('takes back what is valid but can’t be taken up', async () => {
    const { text, version } = await desk.view();
    refusal = '127.0.0.1:80 is in use';
    expect(await desk.apply(`listen: 80\n${text}`, version)).toEqual({
      kind: 'problems',
      problems: [{ message: '127.0.0.1:80 is in use' }],
    });
    expect(file.read()).toBe(TEXT);
    expect(reloads.at(-1)).toBe(TEXT);
  });

  it('of two at the same time one wins, and the other is told', async () => {
    const { text, version } = await desk.view();
    const both = await Promise.all([
      desk.apply(text.replace('name: a', 'name: one'), version),
      desk.apply(text.replace('name: a', 'name: two'), version),
    ]);
    expect(both.map(({ kind }) => kind)).toEqual(['applied', 'conflict']);
    expect(file.read()).toContain('name: one');
  });

  it('writes the first file there is', async () => {
    file.restore(undefined);
    const { version } = await desk.view();
    expect(await desk.apply(TEXT, version)).toMatchObject({ kind: 'applied' });
    expect(file.read()).toBe(TEXT);
  });

  it('a first file that can’t be taken up is taken away again', async () => {
    file.restore(undefined);
    const { version } = await desk.view();
    refusal = 'no';
    expect(await desk.apply(TEXT, version)).toMatchObject({ kind: 'problems' });
    expect(file.read()).toBeUndefined();
  });
});

describe('putting an endpoint into use, or out of it', () => {
  const idOf = async (name: string) => {
    const parsed = await parseConfig(TEXT, file.environment);
    const endpoints = parsed.ok ? parsed.value.clusters.flatMap((cluster) => cluster.endpoints) : [];
    return endpoints.find((endpoint) => endpoint.name === name)?.id ?? '';
  };

  it('writes `enabled` and keeps the rest', async () => {
    expect(await desk.setEnabled(await idOf('a'), false)).toEqual(ok(undefined));
    expect(file.read()).toContain('enabled: false } # the first');
    expect(file.read()).toContain('# Two doors.');
    expect(await desk.setEnabled(await idOf('a'), true)).toEqual(ok(undefined));
    expect(file.read()).toContain('enabled: true');
  });

  it('says why it can’t', async () => {
    expect(await desk.setEnabled('12345678', false)).toMatchObject({ ok: false });
    file.restore(undefined);
    expect(await desk.setEnabled('12345678', false)).toMatchObject({
      error: { detail: expect.stringContaining('qcc init') },
    });
  });
});

describe('on disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'qcc-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('replaces the file whole, for its owner alone, and keeps the one before', async () => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, TEXT, { mode: 0o644 });
    file = configOnDisk(path, {});
    desk = createConfigDesk(file, reload);
    const { text, version } = await desk.view();
    expect(await desk.apply(text.replace('name: b', 'name: c'), version)).toMatchObject({ kind: 'applied' });
    expect(readFileSync(path, 'utf8')).toBe(TEXT.replace('name: b', 'name: c'));
    expect(readFileSync(`${path}.bak`, 'utf8')).toBe(TEXT);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['config.yaml', 'config.yaml.bak']);
  });

  it('a file that isn’t there is none; one that can’t be read is an error', () => {
    expect(configOnDisk(join(folder, 'config.yaml'), {}).read()).toBeUndefined();
    expect(() => configOnDisk(folder, {}).read()).toThrow(/EISDIR/);
  });
});
