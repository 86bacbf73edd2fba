import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openLineFile } from './line-file.ts';
import { followLog } from './telemetry.ts';

let folder = '';
let file = '';
let seen: string[] = [];
let follower: { close(): void } | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qcc-follow-'));
  file = join(folder, 'proxy.log');
  seen = [];
});
afterEach(() => {
  follower?.close();
  rmSync(folder, { recursive: true });
});

const follow = () => {
  follower = followLog(file, (line) => seen.push(line), { pollMs: 5 });
};
const eventually = (expected: readonly string[]) =>
  vi.waitFor(() => expect(seen).toEqual(expected), { timeout: 10_000 });

it('gives what is written from now on, whole lines only', async () => {
  writeFileSync(file, 'before\n');
  follow();
  appendFileSync(file, 'one\ntw');
  await eventually(['one']);
  appendFileSync(file, Buffer.from('o ß\n'));
  await eventually(['one', 'two ß']);
});

it('waits for a log that is not there yet, and reads it from its beginning', async () => {
  follow();
  writeFileSync(file, 'one\n');
  await eventually(['one']);
});

it('reads a rotated file to its end, then those after it, in order', async () => {
  writeFileSync(file, '');
  follow();
  appendFileSync(file, '1\n2\n');
  renameSync(file, `${file}.2`);
  writeFileSync(`${file}.1`, '3\n4\n');
  writeFileSync(file, '5\n');
  await eventually(['1', '2', '3', '4', '5']);
  appendFileSync(file, '6\n');
  await eventually(['1', '2', '3', '4', '5', '6']);
});

it('keeps up with a log that rotates all the time', async () => {
  const sink = openLineFile({ file, maxBytes: 2_000, maxFiles: 90, sayDropped: () => 'lost\n' });
  follow();
  const lines = Array.from({ length: 5_000 }, (_, n) => `line ${n}`);
  for (const line of lines) {
    sink.append(`${line}\n`);
    if (line.endsWith('00')) await sink.flush();
  }
  await sink.close();
  await eventually(lines);
});

it('begins again where the file was emptied in place', async () => {
  writeFileSync(file, 'a long line before\n');
  follow();
  appendFileSync(file, 'one\n');
  await eventually(['one']);
  truncateSync(file, 0);
  appendFileSync(file, 'two\n');
  await eventually(['one', 'two']);
});

it('says nothing any more once it is closed, even in the middle of a block', async () => {
  writeFileSync(file, '');
  follower = followLog(
    file,
    (line) => {
      seen.push(line);
      follower?.close();
    },
    { pollMs: 5 },
  );
  appendFileSync(file, 'one\ntwo\n');
  await eventually(['one']);
  appendFileSync(file, 'three\n');
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(seen).toEqual(['one']);
});
