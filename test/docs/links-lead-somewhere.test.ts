import { describe, expect, it } from 'vitest';
import { DOCUMENTS, leadsSomewhere, linksOf, read } from './documents.ts';

const links = DOCUMENTS.flatMap(({ path, text }) => linksOf(text).map((target) => ({ path, target })));

describe('links', () => {
  it.each(links)('$path → $target', ({ path, target }) => {
    expect(leadsSomewhere(path, target)).toBe(true);
  });

  it('to what is not there are noticed', () => {
    expect(leadsSomewhere('README.md', 'docs/nothing.md')).toBe(false);
    expect(leadsSomewhere('README.md', '../outside.md')).toBe(false);
    expect(leadsSomewhere('README.md', 'docs/errors.md#no_such_title')).toBe(false);
    expect(leadsSomewhere('docs/cli.md', 'errors.md#bad_json')).toBe(true);
  });
});

describe('lists of documents are whole', () => {
  it.each(['docs/README.md', 'docs/decisions/README.md'])(
    '%s names every other one in its folder',
    (index) => {
      const folder = index.slice(0, index.lastIndexOf('/') + 1);
      const beside = DOCUMENTS.map(({ path }) => path)
        .filter(
          (path) => path.startsWith(folder) && path !== index && !path.slice(folder.length).includes('/'),
        )
        .map((path) => path.slice(folder.length));
      expect(beside.length).toBeGreaterThan(0);
      expect(linksOf(read(index))).toEqual(expect.arrayContaining(beside));
    },
  );
});
