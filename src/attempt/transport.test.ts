import { describe, expect, it } from 'vitest';
import { prefixOf } from './transport.ts';

describe('prefixOf', () => {
  it.each([
    ['https://host', ''],
    ['https://host/', ''],
    ['https://host/v1', ''],
    ['https://host/v1/', ''],
    ['https://host/v1//', ''],
    ['https://host/prefix', '/prefix'],
    ['https://host/prefix/', '/prefix'],
    ['https://host/prefix/v1', '/prefix'],
    ['https://host/a/b/v1/', '/a/b'],
    ['https://host/v1/relay', '/v1/relay'],
    ['https://host/v10', '/v10'],
    ['https://host/av1', '/av1'],
    ['http://127.0.0.1:8000/v1', ''],
    ['https://host/with%20blank', '/with%20blank'],
  ])('%s → "%s"', (baseUrl, prefix) => {
    expect(prefixOf(baseUrl)).toBe(prefix);
  });
});
