import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GATEWAY, runWith, startFakeGateway, temporaryHome } from '../../test/doubles/fake-gateway.ts';

const CONFIG = `# My gateway
clusters:
  main: # the good ones
    strategy: priority
    endpoints:
      # Tokyo
      - base_url: https://jp.example.com
        api_key: sk-secret-tokyo-4711
        name: tokyo
      - base_url: https://us.example.com # slow
        api_key: \${US_KEY}
  spare:
    endpoints:
      - base_url: https://spare.example.com
        api_key: sk-secret-spare-4711
drain: 5s # short
`;
const COMMENTS = ['# My gateway', '# the good ones', '# Tokyo', '# slow', '# short'];
const ENV = { US_KEY: 'sk-secret-us-4711' };

let folder: ReturnType<typeof temporaryHome>;
let file: string;

beforeEach(() => {
  folder = temporaryHome();
  file = join(folder.home, 'config.yaml');
  writeFileSync(file, CONFIG);
});
afterEach(() => folder.remove());

const run = (argv: readonly string[], more = {}) => runWith(argv, folder.home, { env: ENV, ...more });
const text = (): string => readFileSync(file, 'utf8');

describe('an edit', () => {
  it.each([
    [['cluster', 'add', 'third', '--strategy', 'fastest'], 'Cluster "third" was added.', 'third:', true],
    [['cluster', 'use', 'spare'], 'Cluster "spare" is the default one.', 'default_cluster: spare', true],
    [['cluster', 'remove', 'spare'], 'Cluster "spare" was removed.', 'spare.example.com', false],
    [['endpoint', 'disable', 'tokyo'], '(tokyo) is no longer in use.', 'enabled: false', true],
    [['endpoint', 'remove', 'us.example.com'], '(us.example.com) was removed.', 'us.example.com', false],
    [
      ['endpoint', 'add', 'https://four.example.com', '--api-key-env', 'US_KEY'],
      'Endpoint https://four.example.com was added to cluster "main".',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the config's own
      'base_url: https://four.example.com\n        api_key: ${US_KEY}',
      true,
    ],
  ])('%j is written, comments kept, for the owner alone', async (argv, said, part, there) => {
    const { code, out, err } = await run(argv);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(said);
    expect(text().includes(part)).toBe(there);
    for (const comment of COMMENTS.slice(0, 3)) expect(text()).toContain(comment);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('disable and enable lead back to an endpoint in use', async () => {
    await run(['endpoint', 'disable', 'tokyo']);
    expect((await run(['endpoint', 'list'])).out).toMatch(/tokyo .*disabled/);
    await run(['endpoint', 'enable', 'tokyo']);
    expect((await run(['endpoint', 'list'])).out).toMatch(/tokyo .*unknown/);
  });

  it('tells that a running gateway takes it up', async () => {
    const gateway = await startFakeGateway(folder.home, GATEWAY);
    const { err } = await run(['cluster', 'use', 'spare']);
    await gateway.close();
    expect(err).toBe('The running gateway takes this up by itself.\n');
  });

  it('takes every setting of an endpoint', async () => {
    const options = {
      '--cluster': 'spare',
      '--name': 'four',
      '--weight': '7',
      '--priority': '3',
      '--timeout': '90s',
      '--max-failures': '5',
      '--protocol': 'openai-chat',
      '--model': 'gpt-5=gpt-5-mini',
      '--header': 'x-team=blue=green',
      '--proxy': 'socks5://127.0.0.1:1080',
    };
    const argv = [
      'endpoint',
      'add',
      'https://four.example.com',
      ...Object.entries(options).flat(),
      '--disabled',
    ];
    expect(await run(argv)).toMatchObject({ code: 0, err: '' });
    const added = text().slice(text().indexOf('https://four'));
    for (const line of [
      'name: four',
      'weight: 7',
      'priority: 3',
      'timeout: 90s',
      'max_failures: 5',
      '- openai-chat',
      'gpt-5: gpt-5-mini',
      'x-team: blue=green',
      'proxy: socks5://127.0.0.1:1080',
      'enabled: false',
    ]) {
      expect(added).toContain(line);
    }
    expect(text().indexOf('https://four')).toBeGreaterThan(text().indexOf('spare:'));
  });
});

describe('an edit that would break the file leaves it as it is', () => {
  it.each([
    [['endpoint', 'add', 'https://four.example.com', '--timeout', 'soon'], 2, 'Not changed:'],
    [['endpoint', 'add', 'https://four.example.com', '--api-key-env', 'NOT_SET'], 2, 'NOT_SET'],
    [['endpoint', 'add', 'ftp://four.example.com'], 1, 'found scheme "ftp"'],
    [['endpoint', 'add', 'https://four.example.com', '--cluster', 'none'], 1, 'there is no cluster "none"'],
    [['cluster', 'add', 'main'], 1, 'is there already'],
    [['cluster', 'add', '-x-'], 2, 'unknown option'],
    [['cluster', 'add', '4x'], 2, 'starting with a letter'],
    [['cluster', 'use', 'none'], 1, 'there is no cluster "none"'],
    [['cluster', 'remove', 'none'], 1, 'there is no cluster "none"'],
    [['endpoint', 'remove', 'none'], 1, 'There is no endpoint "none"'],
  ])('%j', async (argv, code, said) => {
    const ran = await run(argv);
    expect({ code: ran.code, out: ran.out }).toEqual({ code, out: '' });
    expect(ran.err).toContain(said);
    expect(text()).toBe(CONFIG);
  });

  it('a file that is broken already is not touched', async () => {
    writeFileSync(file, `${CONFIG}colour: red\n`);
    const ran = await run(['endpoint', 'disable', 'tokyo']);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('config.yaml:17:1');
    expect(text()).toBe(`${CONFIG}colour: red\n`);
  });
});

describe('the key of an endpoint', () => {
  const URL_ADDED = 'https://four.example.com';
  async function* chunks(...parts: string[]) {
    for (const part of parts) yield Buffer.from(part);
  }

  it('on the command line is taken, with a warning', async () => {
    const { code, err } = await run(['endpoint', 'add', URL_ADDED, '--api-key', 'sk-literal-0815']);
    expect({ code, err }).toEqual({
      code: 0,
      err: 'The key is now in your shell’s history; --api-key-env or --api-key-stdin keep it out.\n',
    });
    expect(text()).toContain('api_key: sk-literal-0815');
  });

  it('can come from standard input', async () => {
    const stdin = chunks('sk-from-', 'stdin-0815\n');
    expect(await run(['endpoint', 'add', URL_ADDED, '--api-key-stdin'], { stdin })).toMatchObject({
      code: 0,
      err: '',
    });
    expect(text()).toContain('api_key: sk-from-stdin-0815');
  });

  it.each([
    [['--api-key-stdin'], '\n', 'Standard input held no key'],
    [['--api-key-stdin'], 'two words', 'Standard input held no key'],
    [['--api-key-stdin'], 'x'.repeat(10_000), 'Standard input held no key'],
    [['--api-key-stdin', '--api-key-env', 'US_KEY'], 'sk-0815', 'in one way'],
    [['--api-key-env', 'sk-0815-not-a-name'], '', 'the name of an environment variable'],
  ])('%j with stdin %j is refused', async (options, given, said) => {
    const ran = await run(['endpoint', 'add', URL_ADDED, ...options], { stdin: chunks(given) });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(said);
    expect(ran.err).not.toContain('0815');
    expect(text()).toBe(CONFIG);
  });
});

it.each([
  ['endpoint list'],
  ['endpoint list --json'],
  ['cluster list'],
  ['cluster list main'],
  ['cluster list main --json'],
  ['health status'],
  ['config check'],
  ['env'],
  ['endpoint disable tokyo'],
  ['endpoint add https://jp.example.com --api-key sk-secret-tokyo-4711'],
  ['endpoint add https://x.example.com --timeout x --api-key sk-secret-x-4711'],
])('"%s" never prints a key', async (line) => {
  const { out, err } = await run(line.split(' '));
  expect(`${out}${err}`).not.toMatch(/4711/);
});

describe('without a config file', () => {
  beforeEach(() => {
    folder.remove();
  });

  it.each([
    [['cluster', 'add', 'x']],
    [['endpoint', 'add', 'https://x.example.com']],
    [['endpoint', 'remove', 'x']],
  ])('%j says how to get one', async (argv) => {
    const { code, err } = await run(argv);
    expect(code).toBe(1);
    expect(err).toContain('Write one: qcc init');
  });

  it('config check ends with 2', async () => {
    const { code, err } = await run(['config', 'check']);
    expect(code).toBe(2);
    expect(err).toContain('qcc init');
  });

  it('init writes one that is valid, refers to keys by name, and is the owner’s alone', async () => {
    const env = { ANTHROPIC_API_KEY: 'sk-ant-secret-4711' };
    const { code, out } = await run(['init'], { env });
    expect(code).toBe(0);
    expect(out).toContain(`Written: ${file}`);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the config's own
    expect(text()).toContain('${ANTHROPIC_API_KEY}');
    expect(text()).not.toContain('4711');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(folder.home).mode & 0o777).toBe(0o700);
    expect(await run(['config', 'check'], { env })).toMatchObject({ code: 0, err: '' });
  });
});

describe('init', () => {
  it('does not replace a file unless told to', async () => {
    expect(await run(['init'])).toMatchObject({ code: 1, err: expect.stringContaining('qcc init --force') });
    expect(text()).toBe(CONFIG);
    expect((await run(['init', '--force'])).code).toBe(0);
    expect(text()).not.toBe(CONFIG);
  });

  it('says why it could not write', async () => {
    const blocked = join(folder.home, 'file');
    writeFileSync(blocked, '');
    const { code, err } = await runWith(['init'], join(blocked, 'home'));
    expect(code).toBe(1);
    expect(err).toMatch(/cannot be written \((ENOTDIR|EEXIST)\)/);
  });
});

describe('config', () => {
  it('check shows each problem with line and column', async () => {
    writeFileSync(file, CONFIG.replace('priority\n', 'best\n').replace('drain: 5s', 'drain: soon'));
    const { code, out, err } = await run(['config', 'check']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.startsWith(`${file}:4:15: `)).toBe(true);
    expect(err).toContain(`${file}:16:8: `);
    expect(err).not.toContain('4711');
  });

  it('check counts what there is', async () => {
    expect((await run(['config', 'check'])).out).toBe(`${file} is fine. Clusters: 2, endpoints: 3\n`);
  });

  it('schema is a JSON Schema', async () => {
    const { code, out } = await run(['config', 'schema']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ $schema: expect.stringContaining('draft-07'), type: 'object' });
  });

  it('path is where the file is, there or not', async () => {
    expect(await runWith(['config', 'path'], '/nowhere')).toEqual({
      code: 0,
      out: '/nowhere/config.yaml\n',
      err: '',
    });
    expect(existsSync('/nowhere')).toBe(false);
  });
});
