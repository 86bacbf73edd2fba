import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from './folder.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qcc-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('makeFolder', () => {
  it('makes what is missing, for its owner alone, and leaves what is there', () => {
    const inner = join(folder, 'a', 'b', 'c');
    makeFolder(inner);
    makeFolder(inner);
    expect(statSync(inner).isDirectory()).toBe(true);
    for (const path of [inner, join(folder, 'a')]) expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('follows a link to a folder', () => {
    symlinkSync(folder, join(folder, 'link'));
    makeFolder(join(folder, 'link', 'x'));
    expect(statSync(join(folder, 'x')).isDirectory()).toBe(true);
  });

  it('throws where a file is in its place, or above it', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => makeFolder(join(folder, 'file'))).toThrow('EEXIST');
    expect(() => makeFolder(join(folder, 'file', 'x'))).toThrow(/ENOTDIR|EEXIST/);
  });

  it('throws, instead of trying for ever, where no folders can be made', () => {
    expect(() => makeFolder('/proc/qcc-test/home')).toThrow(/E[A-Z]+/);
  });
});
