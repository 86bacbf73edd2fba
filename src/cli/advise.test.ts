import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cutAfter, entry } from '../../test/doubles/advise-records.ts';
import {
  type FakeGateway,
  GATEWAY,
  runWith,
  startFakeGateway,
  temporaryHome,
} from '../../test/doubles/fake-gateway.ts';
import { loadConfig } from '../config/config.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { DemoResult } from '../domain/view.ts';
import { widthOf } from './width.ts';

const CONFIG = `# my gateway
listen: 127.0.0.1:7860 # local only
clusters:
  main:
    endpoints:
      # the relay
      - base_url: http://127.0.0.1:1 # behind a CDN
        name: relay
        api_key: sk-very-secret-123456
  direct:
    endpoints:
      - base_url: http://127.0.0.1:2
        name: node
`;

let folder: ReturnType<typeof temporaryHome>;
let gateway: FakeGateway;
let file: string;

beforeEach(async () => {
  folder = temporaryHome();
  file = join(folder.home, 'config.yaml');
  writeFileSync(file, CONFIG);
  gateway = await startFakeGateway(folder.home, GATEWAY);
  const loaded = await loadConfig(file, {});
  if (!loaded.ok) throw new Error('the config is not valid');
  const { id } = loaded.value.clusters[0]!.endpoints[0]!;
  const cut = (silenceMs: number): LedgerEntry =>
    entry(
      { delivery: 'refused' },
      cutAfter(silenceMs, { endpointId: id }),
      cutAfter(silenceMs + 400, { endpointId: id, charge: 'estimated', costMicroUsd: 12_300 }),
    );
  record([cut(100_100), cut(100_900)]);
});

afterEach(async () => {
  await gateway.close();
  folder.remove();
});

/** What the newest exchanges are, and which of them lost money. */
function record(entries: readonly LedgerEntry[], lost = entries): void {
  gateway.answers.set('GET ledger?attempts=true&limit=1000', entries);
  gateway.answers.set('GET ledger?attempts=true&limit=1000&lost=true', lost);
}

const run = (line: string, more = {}) => runWith(line.split(' '), folder.home, more);
const goldenOf = (text: string): string => text.replaceAll(folder.home, 'HOME');

describe.each(['en', 'zh'] as const)('in %s', (language) => {
  it('findings, numbers, money and lines read as written down, within 80 columns', async () => {
    const { code, out } = await run('advise', { language });
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot(`./golden/${language}/advise.txt`);
    for (const line of out.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80);
  });

  it('what would be changed reads as written down, without the secret', async () => {
    const { code, out } = await run('advise --apply --yes', { language });
    expect(code).toBe(0);
    expect(out).not.toContain('very-secret');
    await expect(goldenOf(out)).toMatchFileSnapshot(`./golden/${language}/advise-apply.txt`);
  });

  it('the demo’s outcome reads as written down', async () => {
    const { code, out } = await run('demo', { language, runDemo: async () => ({ ok: true, value: DEMO }) });
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot(`./golden/${language}/demo.txt`);
    for (const line of out.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80);
  });
});

const SIDE = { paidMicroUsd: 839_850, lostMicroUsd: 731_430, longestMs: 7_577 };
const DEMO: DemoResult = {
  requests: 20,
  direct: { ...SIDE, answered: 5, calls: 50, charged: 50 },
  through: { answered: 20, calls: 20, charged: 20, paidMicroUsd: 352_230, lostMicroUsd: 0, longestMs: 3_100 },
  clients: 'built-in',
  model: 'claude-opus-4-5, gpt-5',
  prices: '2026-11-21',
};

describe('advise --apply', () => {
  const edges = async () => {
    const loaded = await loadConfig(file, {});
    return loaded.ok ? loaded.value.clusters[0]?.endpoints[0]?.edge : 'not valid';
  };

  it.each([
    ['advise --apply --yes', undefined, true],
    ['advise --apply', async () => true, true],
    ['advise --apply', async () => false, false],
    ['advise --apply', undefined, false],
  ])('%s, answered by %s: written %s', async (line, confirm, written) => {
    const { code, out } = await run(line, confirm ? { confirm } : {});
    expect(code).toBe(written ? 0 : 1);
    expect(out).toContain('+        edge: { silence: 100s }');
    expect(await edges()).toEqual(written ? { silenceMs: 100_000 } : undefined);
    const text = readFileSync(file, 'utf8');
    for (const comment of CONFIG.match(/#.*/g) ?? []) expect(text).toContain(comment);
    if (written) expect(statSync(file).mode & 0o777).toBe(0o600);
    else expect(text).toBe(CONFIG);
  });

  it('does not overwrite what somebody else writes while it asks', async () => {
    const confirm = async (): Promise<boolean> => {
      writeFileSync(file, `${CONFIG}# mine\n`);
      return true;
    };
    expect((await run('advise --apply', { confirm })).code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(`${CONFIG}# mine\n`);
  });

  it('has nothing more to say once it is applied', async () => {
    await run('advise --apply --yes');
    expect((await run('advise')).out).toContain('Nothing to advise');
  });
});

it.each([
  [[entry()], 'Nothing to advise. Requests looked at: 1\n'],
  [[], 'The ledger holds nothing of that.\n'],
])('nothing wrong: %#', async (entries, said) => {
  record(entries, []);
  expect(await run('advise --apply')).toEqual({ code: 0, out: said, err: '' });
});

it('--json gives each finding with its numbers and its lines, and keeps the rest off stdout', async () => {
  const { out, err } = await run('advise --json --apply --yes');
  const [first] = JSON.parse(out) as { kind: string; yaml: string; lost: object }[];
  expect(first).toMatchObject({ lost: { calls: 4, microUsd: 24_600, unknown: 2 } });
  expect(err).toContain('edge: { silence: 100s }');
});

describe('demo', () => {
  it.each([
    [DEMO, 0],
    [{ ...DEMO, through: { ...DEMO.through, answered: 19 } }, 1],
    [{ ...DEMO, through: { ...DEMO.through, charged: 21 } }, 1],
  ])('%#: its exit code tells whether all were answered, and paid once', async (value, code) => {
    const ran = await run('demo --json', { runDemo: async () => ({ ok: true, value }) });
    expect(ran.code).toBe(code);
    expect(JSON.parse(ran.out)).toEqual(value);
  });

  it('says why it could not run', async () => {
    const runDemo = async () => ({ ok: false as const, error: { detail: 'no free port' } });
    expect(await run('demo', { runDemo })).toMatchObject({ code: 1, err: 'qcc: no free port\n' });
  });
});
