import { rename, rm } from 'node:fs/promises';

/** The name of the nth older file: `proxy.log.1` is the one before `proxy.log`. */
export const olderName = (file: string, n: number): string => (n === 0 ? file : `${file}.${n}`);

/**
 * Moves every file one place on and drops the last, so that `file` is free and at most `maxFiles` remain
 * once it is there again. Throws the file system's errors, but not for files that are not there.
 */
export async function rotate(file: string, maxFiles: number): Promise<void> {
  const last = Math.max(0, maxFiles - 1);
  await rm(olderName(file, last), { force: true });
  for (let n = last - 1; n >= 0; n -= 1) {
    try {
      await rename(olderName(file, n), olderName(file, n + 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
