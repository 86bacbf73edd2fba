import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pricesIn } from './price-file.ts';

let folder: string;
let file: string;
let now: number;
let problems: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qcc-prices-'));
  file = join(folder, 'prices.yaml');
  now = 0;
  problems = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

const open = () =>
  pricesIn(
    file,
    () => now,
    (detail) => problems.push(detail),
  );
const own = (price: number) =>
  `models:\n  - { match: own, inputMicroUsdPerMTok: ${price}, outputMicroUsdPerMTok: 1 }\n`;

/** Each writing has a time of its own, however quick it follows. */
function write(text: string, at: number): void {
  writeFileSync(file, text);
  utimesSync(file, at, at);
}

it('takes a file up as it comes, changes and goes, and looks only now and then', () => {
  const prices = open();
  const price = () => prices().priceOf('own')?.inputMicroUsdPerMTok;
  expect(price()).toBeUndefined();
  write(own(5), 1_000);
  expect(price()).toBeUndefined();
  now += 5_000;
  expect(price()).toBe(5);
  write(own(7), 2_000);
  now += 5_000;
  expect(price()).toBe(7);
  rmSync(file);
  now += 5_000;
  expect(price()).toBeUndefined();
  expect(problems).toEqual([]);
});

it('keeps what it knew where a file can’t be understood, and says where', () => {
  write(own(5), 1_000);
  const prices = open();
  expect(prices().priceOf('own')?.inputMicroUsdPerMTok).toBe(5);
  write('models: [\n', 2_000);
  for (let looks = 0; looks < 3; looks += 1) {
    now += 5_000;
    expect(prices().priceOf('own')?.inputMicroUsdPerMTok).toBe(5);
  }
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(file);
});

it('does not break what asks for a price where a file can’t be read', () => {
  mkdirSync(file);
  const prices = open();
  for (let looks = 0; looks < 3; looks += 1) {
    now += 5_000;
    expect(prices().priceOf('claude-opus-4-5')?.inputMicroUsdPerMTok).toBe(5_000_000);
  }
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`${file}: EISDIR`);
});
