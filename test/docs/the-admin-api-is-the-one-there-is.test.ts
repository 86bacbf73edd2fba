import { expect, it } from 'vitest';
import { ROUTES } from '../../src/admin/routes.ts';
import { read } from './documents.ts';

/** The streams' routes are those of one running admin API. */
const STREAMS = ['GET live', 'POST doctor'];

/** `GET endpoints/*` for each path in the first cell of a row, by the table's heading. */
function documented(): readonly string[] {
  let method = '';
  return read('docs/admin-api.md')
    .split('\n')
    .flatMap((line) => {
      const heading = /^\| (GET|POST) \|/.exec(line)?.[1];
      if (heading !== undefined) method = heading;
      const cell = /^\| (`.*?`) \|/.exec(line)?.[1] ?? '';
      return [...cell.matchAll(/`([^`?]+)[^`]*`/g)].map(
        ([, path = '']) => `${method} ${path.replace(/\b(ID|NAME)\b/g, '*')}`,
      );
    });
}

it('docs/admin-api.md has every path of the admin API, and no other', () => {
  const there = ROUTES.map(({ method, pattern }) => `${method} ${pattern}`);
  expect([...documented()].sort()).toEqual([...there, ...STREAMS].sort());
});
