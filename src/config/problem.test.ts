// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is the config's notation
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatProblems } from './config.ts';
import { maskSecrets } from './redact.ts';

describe('formatProblems', () => {
  const folder = mkdtempSync(join(tmpdir(), 'qcc-problem-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'config.yaml');

  it('shows place, source line and caret', () => {
    writeFileSync(file, 'retry:\n  max: 99 # too many\n');
    expect(
      formatProblems(file, [
        { line: 2, column: 8, path: 'retry.max', message: 'expected less' },
        { line: 9, column: 1, path: '', message: 'beyond the text' },
        { path: '', message: 'nowhere' },
      ]),
    ).toBe(
      [
        `${file}:2:8: retry.max: expected less`,
        '      max: 99 # too many',
        '           ^',
        `${file}:9:1: beyond the text`,
        `${file}: nowhere`,
      ].join('\n'),
    );
  });

  it('keeps the caret in place behind wide characters and tabs', () => {
    writeFileSync(file, '集群: x\n\ta: b\n');
    const shown = formatProblems(file, [
      { line: 1, column: 5, path: '', message: 'm' },
      { line: 2, column: 5, path: '', message: 'm' },
    ]).split('\n');
    expect(shown[2]).toBe(`    ${' '.repeat(6)}^`);
    expect(shown[5]).toBe('    \t   ^');
  });

  it('cuts a long line around the caret', () => {
    writeFileSync(file, `${'a '.repeat(500)}HERE${' b'.repeat(500)}\n`);
    const [, source, caret] = formatProblems(file, [{ line: 1, column: 1001, path: '', message: 'm' }]).split(
      '\n',
    );
    expect(source!.slice(caret!.indexOf('^')).startsWith('H')).toBe(true);
    expect(source!.length).toBeLessThan(200);
  });

  it('masks secrets and keeps references', () => {
    writeFileSync(file, 'a: {api_key: abc123, weight: x}\nb: {api_key: "${NAME}"}\n');
    const shown = formatProblems(file, [
      { line: 1, column: 30, path: '', message: 'm' },
      { line: 2, column: 1, path: '', message: 'm' },
    ]);
    expect(shown).not.toContain('abc123');
    expect(shown).toContain('b: {api_key: "${NAME}"}');
  });

  it('does without the lines where the file cannot be read', () => {
    expect(formatProblems('/gone', [{ line: 1, column: 2, path: 'a', message: 'm' }])).toBe(
      '/gone:1:2: a: m',
    );
  });
});

describe('maskSecrets', () => {
  it.each([
    ['api_key: hunter2', 'api_key: *******'],
    ['apiKey: hunter2 # mine', 'apiKey: ******* * ****'],
    ['- {x-api-key: "hunter2", a: b}', '- {x-api-key: "*******", ** *}'],
    ['Authorization: Bearer abc', 'Authorization: ****** ***'],
    ['token: file:admin.token', 'token: file:admin.token'],
    ['proxy: socks5://u:p@h:1', 'proxy: ****************'],
    ['x: https://user:pw@host/', 'x: https://*******@host/'],
    ['- sk-ant-api03-abcdef', '- *******************'],
    ['- 0123456789abcdef0123', '- ********************'],
    ['- 123e4567-e89b-12d3-a456-426614174000', `- ${'*'.repeat(36)}`],
    ['base_url: https://jp.duckcoding.com', 'base_url: https://jp.duckcoding.com'],
    ['production-cluster-eu-west-1:', 'production-cluster-eu-west-1:'],
    ['  least_connections: 3', '  least_connections: 3'],
  ])('%s', (line, masked) => {
    expect(maskSecrets(line)).toBe(masked);
    expect(masked).toHaveLength(line.length);
  });
});
