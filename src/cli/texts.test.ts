import { describe, expect, it } from 'vitest';
import { TEXTS, type TextKey, textOf } from './texts.ts';

const KEYS = Object.keys(TEXTS.en) as TextKey[];
const places = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();

describe('the catalogues', () => {
  it.each(KEYS)('have the same places in %s', (key) => {
    expect(places(TEXTS.zh[key])).toEqual(places(TEXTS.en[key]));
  });

  it('say in Chinese whatever is not a name or a sign', () => {
    const same = KEYS.filter((key) => TEXTS.zh[key] === TEXTS.en[key]);
    expect(same.sort()).toEqual([
      'colEndpoint',
      'colId',
      'colP50',
      'colP95',
      'colQps',
      'demoTry',
      'envKeyPlace',
    ]);
  });
});

it('a place without a word stays visible', () => {
  expect(textOf('en', 'ago', {})).toBe('{age} ago');
  expect(textOf('zh', 'ago', { age: '3m' })).toBe('3m前');
});
