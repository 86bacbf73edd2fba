import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLineFile } from './line-file.ts';
import { type LineSink, WAITING_CHARS_MAX } from './line-sink.ts';

let folder = '';
let file = '';
const sinks: LineSink[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qcc-log-'));
  mkdirSync(join(folder, 'home'));
  file = join(folder, 'home', 'proxy.log');
});
afterEach(async () => {
  await Promise.all(sinks.splice(0).map((sink) => sink.close()));
  rmSync(folder, { recursive: true });
});

function openFile(maxBytes = 10_000_000, maxFiles = 5): LineSink {
  const sayDropped = (count: number, cause: string) => `${count} lost: ${cause}\n`;
  const sink = openLineFile({ file, maxBytes, maxFiles, sayDropped });
  sinks.push(sink);
  return sink;
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `line ${from + n} – ß`);
const appendAll = (sink: LineSink, lines: readonly string[]) => {
  for (const line of lines) sink.append(`${line}\n`);
};
const linesOf = (name: string) => readFileSync(name, 'utf8').split('\n').slice(0, -1);

/** All lines, the oldest file first. Every file must end with a whole line. */
function allLines(): string[] {
  const names = readdirSync(join(folder, 'home')).sort((a, b) => age(b) - age(a));
  return names.flatMap((name) => {
    expect(readFileSync(join(folder, 'home', name), 'utf8')).toMatch(/\n$/);
    return linesOf(join(folder, 'home', name));
  });
}
const age = (name: string) => Number(/\d+$/.exec(name)?.[0] ?? 0);

describe('lines to a file', () => {
  it('are there, in order, after a flush, for their owner only', async () => {
    const sink = openFile();
    appendAll(sink, numbered(0, 2_000));
    await sink.flush();
    expect(linesOf(file)).toEqual(numbered(0, 2_000));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('are there soon without one', async () => {
    openFile().append('hello\n');
    await vi.waitFor(() => expect(linesOf(file)).toEqual(['hello']), { timeout: 10_000 });
  });

  it('follow what is there; a torn last line is ended first, and others lose their sight of it', async () => {
    writeFileSync(file, 'old\ntor', { mode: 0o644 });
    const sink = openFile();
    sink.append('fresh\n');
    await sink.flush();
    expect(linesOf(file)).toEqual(['old', 'tor', 'fresh']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('are ignored once it is closed', async () => {
    const sink = openFile();
    sink.append('one\n');
    await sink.close();
    sink.append('two\n');
    await sink.flush();
    expect(linesOf(file)).toEqual(['one']);
  });
});

describe('rotation', () => {
  it('neither loses nor splits a line', async () => {
    const sink = openFile(1_000, 1_000);
    for (let n = 0; n < 20; n += 1) {
      appendAll(sink, numbered(n * 100, n * 100 + 100));
      if (n % 3 === 0) await sink.flush();
    }
    await sink.flush();
    expect(allLines()).toEqual(numbered(0, 2_000));
    const sizes = readdirSync(join(folder, 'home')).map((name) => statSync(join(folder, 'home', name)).size);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
    expect(sizes.length).toBeGreaterThan(20);
  });

  it.each([[1], [2], [5]])('keeps %d files, the newest', async (maxFiles) => {
    const sink = openFile(500, maxFiles);
    appendAll(sink, numbered(0, 1_000));
    await sink.flush();
    const kept = allLines();
    expect(readdirSync(join(folder, 'home'))).toHaveLength(maxFiles);
    expect(kept).toEqual(numbered(1_000 - kept.length, 1_000));
  });

  it('goes on where an earlier run left off', async () => {
    const first = openFile(1_000, 3);
    appendAll(first, numbered(0, 40));
    await first.close();
    const second = openFile(1_000, 3);
    appendAll(second, numbered(40, 100));
    await second.close();
    expect(allLines()).toEqual(numbered(0, 100));
  });

  it('gives a line longer than a file a file of its own', async () => {
    const sink = openFile(100, 10);
    const long = 'x'.repeat(300);
    appendAll(sink, ['a', long, 'b']);
    await sink.flush();
    expect(linesOf(file)).toEqual(['b']);
    expect(linesOf(`${file}.1`)).toEqual([long]);
    expect(linesOf(`${file}.2`)).toEqual(['a']);
  });

  it('by somebody else is noticed, and no line is lost', async () => {
    const sink = openFile();
    sink.append('0\n');
    await sink.flush();
    renameSync(file, `${file}.1`);
    let written = 1;
    await vi.waitFor(
      async () => {
        sink.append(`${written++}\n`);
        await sink.flush();
        expect(existsSync(file)).toBe(true);
      },
      { timeout: 10_000 },
    );
    expect(allLines()).toEqual(Array.from({ length: written }, (_, n) => String(n)));
  });
});

describe('a file system that refuses', () => {
  it('a removed folder: lines wait, and are written when it is back', async () => {
    const sink = openFile();
    rmSync(join(folder, 'home'), { recursive: true });
    appendAll(sink, ['a', 'b']);
    await sink.flush();
    sink.append('c\n');
    await sink.flush();
    mkdirSync(join(folder, 'home'));
    await sink.flush();
    expect(linesOf(file)).toEqual(['a', 'b', 'c']);
  });

  it('for long: what is too much is dropped, counted and told', async () => {
    const sink = openFile();
    rmSync(join(folder, 'home'), { recursive: true });
    sink.append('first\n');
    await sink.flush();
    const long = `${'x'.repeat(WAITING_CHARS_MAX / 4 - 1)}\n`;
    for (let n = 0; n < 7; n += 1) sink.append(long);
    await sink.flush();
    mkdirSync(join(folder, 'home'));
    await sink.flush();
    sink.append('last\n');
    await sink.flush();
    const lines = linesOf(file);
    expect(lines).toHaveLength(1 + 4 + 1 + 1);
    expect(lines[0]).toBe('first');
    expect(lines.slice(-2)).toEqual(expect.arrayContaining(['3 lost: ENOENT', 'last']));
  });

  it('by itself, without a flush, tries again', async () => {
    const sink = openFile();
    rmSync(join(folder, 'home'), { recursive: true });
    sink.append('a\n');
    await sink.flush();
    mkdirSync(join(folder, 'home'));
    await vi.waitFor(() => expect(linesOf(file)).toEqual(['a']), { timeout: 10_000 });
  });

  it.runIf(existsSync('/dev/full'))('a full disk: lines wait until there is room', async () => {
    symlinkSync('/dev/full', file);
    const sink = openFile();
    appendAll(sink, ['a', 'b']);
    await sink.flush();
    unlinkSync(file);
    await sink.flush();
    expect(linesOf(file)).toEqual(['a', 'b']);
  });
});
