import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * The intents file is a row of segments beside `qcc.db`: `qcc.intents.000001` and so on. Each has one writer, which
 * made it: a number is taken by making its file, where none is. So two processes on one folder never write to the same
 * one. A segment begins with its head (whose it is), and ends with a mark once its writer goes on in another one; both
 * are lines. `qcc.intents` without a number is the file of the version before: it counts as number 0.
 */
export const intentsFileOf = (databaseFile: string): string => `${databaseFile.replace(/\.db$/, '')}.intents`;

/** The file of a segment. */
export const segmentFile = (intents: string, segment: number): string =>
  segment === 0 ? intents : `${intents}.${String(segment).padStart(6, '0')}`;

/** The numbers of the segments that are there, in their order. Throws the system's errors. */
export function segmentsOf(intents: string): number[] {
  const name = basename(intents);
  const numbers: number[] = [];
  for (const entry of readdirSync(dirname(join(intents)))) {
    if (entry === name) numbers.push(0);
    else if (entry.startsWith(`${name}.`) && /^\d{6,15}$/.test(entry.slice(name.length + 1)))
      numbers.push(Number(entry.slice(name.length + 1)));
  }
  return numbers.sort((a, b) => a - b);
}
