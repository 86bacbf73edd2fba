import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LogLevel, lineFilter, readLogTail } from './telemetry.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qcc-tail-'));
  file = join(folder, 'proxy.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('gives the last lines, oldest first, whatever their length and letters', () => {
  const line = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((text) => !/[\n\r]/.test(text));
  const wide = fc.tuple(line, fc.integer({ min: 1, max: 3_000 })).map(([text, times]) => text.repeat(times));
  fc.assert(
    fc.property(fc.array(wide, { maxLength: 12 }), fc.integer({ min: 0, max: 14 }), (lines, count) => {
      writeFileSync(file, lines.map((text) => `${text}\n`).join(''));
      expect(readLogTail(file, { lines: count })).toEqual(count === 0 ? [] : lines.slice(-count));
    }),
    { numRuns: 60 },
  );
});

it('goes on into rotated files as far as needed', () => {
  writeFileSync(file, '5\n6\n');
  writeFileSync(`${file}.1`, '3\n4\n');
  writeFileSync(`${file}.2`, '1\n2\n');
  expect(readLogTail(file, { lines: 1 })).toEqual(['6']);
  expect(readLogTail(file, { lines: 3 })).toEqual(['4', '5', '6']);
  expect(readLogTail(file, { lines: 99 })).toEqual(['1', '2', '3', '4', '5', '6']);
});

it('shows a last line that is still being written', () => {
  writeFileSync(file, 'whole\nhal');
  expect(readLogTail(file, { lines: 5 })).toEqual(['whole', 'hal']);
});

it('gives nothing of a log that is not there', () => {
  expect(readLogTail(file, { lines: 5 })).toEqual([]);
});

const TEXT = ['INFO', 'WARN', 'ERROR'].map((level) => `2026-03-05 07:08:09.045 ${level} [req-1] Something`);
const JSON_LINES = ['info', 'warn', 'error'].map(
  (level) => `{"level":"${level}","kind":"note","detail":"ERROR"}`,
);
const FOREIGN = 'Error: a stack trace';

it.each<[LogLevel | undefined, string | undefined, number[]]>([
  [undefined, undefined, [0, 1, 2, 3, 4, 5, 6]],
  ['debug', undefined, [0, 1, 2, 3, 4, 5]],
  ['warn', undefined, [1, 2, 4, 5]],
  ['error', undefined, [2, 5]],
  [undefined, 'SOMETHING', [0, 1, 2]],
  ['warn', 'req-1', [1, 2]],
  [undefined, 'no such thing', []],
])('level %s and grep %s', (level, grep, expected) => {
  const lines = [...TEXT, ...JSON_LINES, FOREIGN];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const filter = { ...(level !== undefined && { level }), ...(grep !== undefined && { grep }) };
  expect(readLogTail(file, { lines: 99, ...filter })).toEqual(expected.map((n) => lines[n]));
  expect(lines.filter(lineFilter(filter))).toEqual(expected.map((n) => lines[n]));
});

it('counts lines that pass, not lines that were read', () => {
  writeFileSync(file, `${[...TEXT, ...TEXT, ...TEXT].join('\n')}\n`);
  expect(readLogTail(file, { lines: 2, level: 'error' })).toHaveLength(2);
});
