import { describe, expect, it } from 'vitest';
import { changed, href, parsePlace } from './router.ts';

describe('an address', () => {
  it.each([
    ['', 'now', undefined, ''],
    ['#', 'now', undefined, ''],
    ['#/', 'now', undefined, ''],
    ['#/requests', 'requests', undefined, ''],
    ['#requests', 'requests', undefined, ''],
    ['#/requests?slow=100&failed=1', 'requests', undefined, 'slow=100&failed=1'],
    ['#/request/req-1', 'request', 'req-1', ''],
    ['#/request/a%2Fb%20c?x=%3F', 'request', 'a/b c', 'x=%3F'],
    ['#/request/a/b', 'request', 'a/b', ''],
    ['#/request/%zz', 'request', '%zz', ''],
    ['#/x?a=b?c', 'x', undefined, 'a=b%3Fc'],
    ['#/<script>', '<script>', undefined, ''],
  ])('%s', (hash, page, id, query) => {
    const place = parsePlace(hash);
    expect([place.page, place.id, place.query.toString()]).toEqual([page, id, query]);
  });

  it.each([
    ['req-1', { slow: 100, failed: true }],
    ['ü/?#&%', { model: 'a b&c=d', since: 0 }],
  ])('that href makes is read again: %s', (id, values) => {
    const place = parsePlace(href('request', id, values));
    expect(place).toMatchObject({ page: 'request', id });
    for (const [name, value] of Object.entries(values))
      expect(place.query.get(name)).toBe(value === true ? '1' : String(value));
  });

  it('leaves out what is not said', () => {
    expect(href('requests', undefined, { failed: false, model: undefined, text: '', slow: 0 })).toBe(
      '#/requests?slow=0',
    );
  });
});

it('changes a query without touching the one it came from', () => {
  const query = new URLSearchParams('a=1&b=2');
  expect(changed(query, { a: undefined, c: 3 }).toString()).toBe('b=2&c=3');
  expect(query.toString()).toBe('a=1&b=2');
});
