import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchConfig, writeAtomically } from './config.ts';

let folder: string;
let file: string;
let close: () => void = () => undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qcc-watch-'));
  file = join(folder, 'config.yaml');
});
afterEach(() => {
  close();
  rmSync(folder, { recursive: true, force: true });
});

/** Counts the changes told; `next(n)` waits until there were n. */
function watching(path = file) {
  let changes = 0;
  const watch = watchConfig(path, () => {
    changes += 1;
  });
  close = watch.close;
  return {
    seen: watch.seen,
    count: () => changes,
    next: (n: number) => vi.waitFor(() => expect(changes).toBe(n), { timeout: 10_000, interval: 20 }),
  };
}

describe('watchConfig', () => {
  it('tells of a file written in place', async () => {
    writeFileSync(file, 'a');
    const watch = watching();
    writeFileSync(file, 'ab');
    await watch.next(1);
  });

  it('tells of one atomic replacement after the other', async () => {
    writeFileSync(file, 'a');
    const watch = watching();
    for (const n of [1, 2, 3]) {
      writeAtomically(file, 'x'.repeat(n));
      await watch.next(n);
    }
  });

  it('tells once of a burst', async () => {
    writeFileSync(file, 'a');
    const watch = watching();
    for (let n = 1; n <= 10; n += 1) writeFileSync(file, 'x'.repeat(n));
    await watch.next(1);
    writeAtomically(file, 'again');
    await watch.next(2);
  });

  it('does not tell of what was seen already, but of what comes after', async () => {
    writeFileSync(file, 'a');
    const watch = watching();
    writeAtomically(file, 'ab');
    watch.seen();
    // Longer than two looks take: what they would have told of is told by now.
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(watch.count()).toBe(0);
    writeAtomically(file, 'abc');
    await watch.next(1);
  });

  it('survives the file being deleted and made again, and tells only of the latter', async () => {
    writeFileSync(file, 'a');
    const watch = watching();
    rmSync(file);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(watch.count()).toBe(0);
    writeFileSync(file, 'abc');
    await watch.next(1);
    writeAtomically(file, 'abcd');
    await watch.next(2);
  });

  it('survives the whole folder being deleted and made again', async () => {
    writeFileSync(file, 'a');
    const watch = watching();
    rmSync(folder, { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, 250));
    writeAtomically(file, 'abc');
    await watch.next(1);
    writeAtomically(file, 'abcd');
    await watch.next(2);
  });

  it('waits for a folder that is not there yet', async () => {
    const later = join(folder, 'later', 'config.yaml');
    const watch = watching(later);
    writeAtomically(later, 'a');
    await watch.next(1);
  });

  it('ignores its neighbours', async () => {
    writeFileSync(file, 'a');
    const watch = watching();
    writeFileSync(join(folder, 'proxy.log'), 'line');
    chmodSync(file, 0o600);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(watch.count()).toBe(0);
    writeFileSync(file, 'ab');
    await watch.next(1);
  });

  it('follows a link to a file elsewhere', async () => {
    const elsewhere = join(folder, 'dotfiles');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'qcc.yaml'), 'a');
    symlinkSync(join(elsewhere, 'qcc.yaml'), file);
    const watch = watching();
    writeFileSync(join(elsewhere, 'qcc.yaml'), 'ab');
    await watch.next(1);
  });

  it('tells nothing once closed', async () => {
    writeFileSync(file, 'a');
    const watch = watching();
    writeFileSync(file, 'ab');
    close();
    const after = watching();
    writeFileSync(file, 'abc');
    await after.next(1);
    expect(watch.count()).toBe(0);
  });
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('writeAtomically', () => {
  it('makes the folder 0700 and the file 0600, and leaves nothing else', () => {
    const path = join(folder, 'home', 'config.yaml');
    writeAtomically(path, 'one');
    writeAtomically(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect([modeOf(path), modeOf(join(folder, 'home'))]).toEqual([0o600, 0o700]);
    expect(readdirSync(join(folder, 'home'))).toEqual(['config.yaml']);
  });

  it('closes up a file that was open to others', () => {
    writeFileSync(file, 'a', { mode: 0o644 });
    writeAtomically(file, 'b');
    expect(modeOf(file)).toBe(0o600);
  });

  it('keeps a link and replaces what it points to', () => {
    const target = join(folder, 'target.yaml');
    writeFileSync(target, 'a');
    symlinkSync(target, file);
    writeAtomically(file, 'b');
    expect(readFileSync(target, 'utf8')).toBe('b');
    expect(readdirSync(folder).sort()).toEqual(['config.yaml', 'target.yaml']);
  });

  it('leaves the old file and no remains where it fails', () => {
    mkdirSync(file);
    writeFileSync(join(file, 'inside'), '');
    expect(() => writeAtomically(file, 'b')).toThrow();
    expect(readdirSync(folder)).toEqual(['config.yaml']);
  });
});
