import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, type ErrorCode } from './catalogue.ts';
import { errorText, gatewayError } from './gateway-error.ts';

const codes = Object.keys(CATALOGUE) as ErrorCode[];
const root = new URL('../..', import.meta.url);
const doc = readFileSync(new URL('docs/errors.md', root), 'utf8');

/** Code → its section. */
const sections = new Map(
  doc
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
);

const wordsOf = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, word]) => word ?? ''))].sort();

describe('docs/errors.md', () => {
  it('has a section for each code, in the catalogue’s order, and no other', () => {
    expect([...sections.keys()]).toEqual(codes);
  });

  it.each(codes)('%s: status, whether asking again helps, a cause and what to do', (code) => {
    const { status, retryHelps } = CATALOGUE[code];
    const section = sections.get(code) ?? '';
    expect(section).toContain(`Status ${status}; asking again can help: ${retryHelps ? 'yes' : 'no'}.`);
    expect(section).toMatch(/\*\*Cause:\*\* \S.{10,}/);
    expect(section).toMatch(/\*\*What to do:\*\* \S.{10,}/);
  });
});

/** Sources but tests, as one text a file. */
const sources = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(new URL(`src/${name}`, root), 'utf8'));

/** What stands between the parentheses of a call that begins at `at`. */
function argumentsAt(source: string, at: number): string {
  let depth = 0;
  for (let i = source.indexOf('(', at); i < source.length; i += 1) {
    if (source[i] === '(') depth += 1;
    if (source[i] === ')') depth -= 1;
    if (depth === 0) return source.slice(source.indexOf('(', at) + 1, i);
  }
  return '';
}

/** The words a call supplies: the keys of its object, or of the constant that it passes. */
function suppliedBy(source: string, args: string): string[] {
  const second = args.slice(args.indexOf(',') + 1).trim();
  const named = /^(\w+)/.exec(second)?.[1];
  const text =
    named === undefined ? second : (new RegExp(`const ${named} = (\\{[^;]*\\});`).exec(source)?.[1] ?? '');
  const object = /^\{([\s\S]*?)\}/.exec(text)?.[1] ?? '';
  return [...object.matchAll(/(?:^|,)\s*(\w+)/g)].map(([, word]) => word ?? '');
}

/** The calls that give a code. The timers' codes are looked up by the timer's name. */
function callsOf(code: ErrorCode): { source: string; args: string }[] {
  const isTimer = /^(connect|first_byte|idle|total)_timeout$/.test(code);
  const heads = [
    new RegExp(`gatewayError\\(\\s*'${code}'`, 'g'),
    ...(isTimer ? [/gatewayError\(TIMER_ERRORS\[/g] : []),
  ];
  return sources.flatMap((source) =>
    heads.flatMap((head) =>
      [...source.matchAll(head)].map(({ index }) => ({ source, args: argumentsAt(source, index) })),
    ),
  );
}

describe('the texts', () => {
  it.each(codes)('%s has the same places in both languages', (code) => {
    expect(wordsOf(CATALOGUE[code].zh)).toEqual(wordsOf(CATALOGUE[code].en));
  });

  it.each(codes)('%s: every place is filled by whoever gives it', (code) => {
    const words = wordsOf(CATALOGUE[code].en);
    const calls = callsOf(code);
    expect(calls.length).toBeGreaterThan(0);
    for (const { source, args } of calls)
      expect(suppliedBy(source, args)).toEqual(expect.arrayContaining(words));
  });
});

describe('gatewayError', () => {
  it('takes status and whether asking again helps from the catalogue, unless told otherwise', () => {
    expect(gatewayError('unknown_path')).toMatchObject({ status: 404, retryHelps: false });
    const told = gatewayError('bad_client_key', {}, { status: 403, retryAfterMs: 5 });
    expect(told).toMatchObject({ code: 'bad_client_key', status: 403, retryHelps: false, retryAfterMs: 5 });
  });

  it('fills places, also with 0 and an empty text, and leaves unknown ones visible', () => {
    expect(errorText(gatewayError('answer_broken', { detail: '' }))).toContain('had been sent ()');
    expect(errorText(gatewayError('request_timeout', { ms: 0 }), 'zh')).toContain('0 毫秒');
    expect(errorText(gatewayError('bad_json'))).toContain('{detail}');
  });
});
