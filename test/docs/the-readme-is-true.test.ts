import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { codeBlocksOf, headingsOf, read } from './documents.ts';

const READMES = ['README.md', 'README.zh-CN.md'] as const;
const [english, chinese] = READMES.map(read) as [string, string];

/** A block may show a part of a configuration; what it leaves out is filled in with this. */
const SMALLEST_CLUSTER = 'a_cluster:\n  endpoints:\n    - base_url: https://api.example.com\n';

const yamlBlocks = READMES.flatMap((path) =>
  codeBlocksOf(read(path))
    .filter(({ language }) => language === 'yaml')
    .map(({ code }) => ({ path, code })),
);

function parse(code: string) {
  const names = [...code.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, `value-of-${name}`]);
  const text = code.includes('endpoints:') ? code : code + SMALLEST_CLUSTER;
  return parseConfig(text, {
    env: Object.fromEntries(names),
    configFolder: '/',
    readSecretFile: () => 'a-secret-from-a-file',
  });
}

describe('the configurations that are shown', () => {
  it('are there', () => expect(yamlBlocks.length).toBeGreaterThanOrEqual(2));

  it.each(yamlBlocks)('$path: $code', async ({ code }) => {
    expect(await parse(code)).toMatchObject({ ok: true });
  });

  it('the relay with two doors has a door that cuts and one that does not', async () => {
    const parsed = await parse(yamlBlocks[0]?.code ?? '');
    const endpoints = parsed.ok ? parsed.value.clusters[0]?.endpoints : [];
    expect(endpoints).toMatchObject([
      { name: 'main', priority: 1, edge: { silenceMs: 100_000 } },
      { name: 'direct', priority: 2, maxDurationMs: 600_000 },
    ]);
    expect(endpoints?.[1]).not.toHaveProperty('edge');
  });
});

describe('both languages say the same', () => {
  const depths = (text: string) => headingsOf(text).map((heading) => heading.indexOf(' '));
  const rows = (text: string) => text.split('\n').filter((line) => line.startsWith('|')).length;

  it('in as many sections, tables and blocks of code', () => {
    expect(depths(chinese)).toEqual(depths(english));
    expect(rows(chinese)).toBe(rows(english));
    expect(codeBlocksOf(chinese)).toHaveLength(codeBlocksOf(english).length);
  });

  it('with the same commands, whatever the comments beside them', () => {
    const commands = (text: string) =>
      codeBlocksOf(text)
        .filter(({ code }) => /^(npm|npx|curl) /m.test(code))
        .map(({ code }) => code.replace(/ +# .*$/gm, ''));
    expect(commands(english).length).toBeGreaterThan(4);
    expect(commands(chinese)).toEqual(commands(english));
  });

  it.each(READMES)('%s is under 300 lines', (path) => {
    expect(read(path).split('\n').length).toBeLessThan(300);
  });
});
