import { describe, expect, it } from 'vitest';
import { failureOf, failureText, type OpenFailure, UnusableDatabase } from './open-failure.ts';

const sqlite = (errcode: number) => Object.assign(new Error('x'), { code: 'ERR_SQLITE_ERROR', errcode });
const system = (code: string) => Object.assign(new Error('x'), { code });

describe('failureOf', () => {
  it.each<[string, unknown, OpenFailure]>([
    ['SQLITE_BUSY', sqlite(5), 'locked'],
    ['SQLITE_BUSY_SNAPSHOT', sqlite(517), 'locked'],
    ['SQLITE_READONLY', sqlite(8), 'denied'],
    ['SQLITE_CORRUPT', sqlite(11), 'corrupt'],
    ['SQLITE_NOTADB', sqlite(26), 'corrupt'],
    ['SQLITE_FULL', sqlite(13), 'full'],
    ['SQLITE_CONSTRAINT_NOTNULL', sqlite(1299), 'unfit'],
    ['SQLITE_IOERR, which may pass', sqlite(10), 'other'],
    ['no permission', system('EACCES'), 'denied'],
    ['no folder', system('ENOENT'), 'missing'],
    ['a full disk', system('ENOSPC'), 'full'],
    ['found by ourselves', new UnusableDatabase('foreign', 'x'), 'foreign'],
    ['anything else', new Error('x'), 'other'],
  ])('%s', (_name, error, failure) => expect(failureOf(error)).toBe(failure));
});

it.each<[OpenFailure, RegExp]>([
  ['locked', /locked by another process.*another gateway/],
  ['denied', /permissions of the file and of \/home\/x/],
  ['missing', /folder \/home\/x is not there/],
  ['full', /no room on the disk/],
  ['foreign', /newer QCC.*move qcc\.db away/],
  ['corrupt', /corrupt.*by hand/],
  ['other', /can't be used: because/],
])('%s says what to do', (failure, words) => {
  expect(failureText('/home/x/qcc.db', failure, 'because')).toMatch(words);
});
