import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { birthOf, pidFileText, readPidFile } from './pid-file.ts';

describe('the birth of a process', () => {
  it('is the same each time, and another one’s is different', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    try {
      const own = birthOf(process.pid);
      expect(own).toMatch(/\d/);
      expect(birthOf(process.pid)).toBe(own);
      expect(birthOf(child.pid ?? 0)).not.toBe(own);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect(birthOf(child.pid ?? 0)).toBeUndefined();
  });
});

describe('proxy.pid', () => {
  it.each([
    [{ pid: 12, address: 'http://127.0.0.1:1', birth: 'abc 34' }],
    [{ pid: 12, address: 'http://127.0.0.1:1' }],
  ])('is read as it was written: %j', (written) => {
    const folder = mkdtempSync(join(tmpdir(), 'qcc-pid-'));
    try {
      writeFileSync(join(folder, 'proxy.pid'), pidFileText(written));
      expect(readPidFile(join(folder, 'proxy.pid'))).toEqual(written);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
