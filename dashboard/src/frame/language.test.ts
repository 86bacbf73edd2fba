import { afterEach, describe, expect, it } from 'vitest';
import { causeWords } from './causes.ts';
import { chooseLanguage, filled, language, languageFrom, locale, textsOf } from './language.ts';

afterEach(() => chooseLanguage('en'));

it.each([
  [undefined, [], 'en'],
  [undefined, ['zh-CN', 'en'], 'zh'],
  [undefined, ['en-GB', 'zh'], 'en'],
  [undefined, ['fr', 'zh-TW', 'en'], 'zh'],
  [undefined, ['zhx'], 'en'],
  ['zh', ['en'], 'zh'],
  ['klingon', ['zh'], 'zh'],
] as const)('chosen %s, the browser speaks %j: %s', (chosen, browsers, expected) => {
  expect(languageFrom(chosen, browsers)).toBe(expected);
});

describe('texts', () => {
  const t = textsOf({ en: { hello: 'Hello {name}' }, zh: { hello: '你好，{name}' } });

  it('follow the language', () => {
    expect(t('hello', { name: 'Ada' })).toBe('Hello Ada');
    chooseLanguage('zh');
    expect(t('hello', { name: 'Ada' })).toBe('你好，Ada');
    expect([language.value, locale()]).toEqual(['zh', 'zh-CN']);
  });

  it('show a place without a word, and take words as they are', () => {
    expect(filled('{a} {b}', { a: '{b}$&' })).toBe('{b}$& {b}');
  });
});

it('has words for known causes alone', () => {
  expect(causeWords('edge-timeout')).toContain('edge');
  expect(causeWords('toString')).toBeUndefined();
  expect(causeWords('some_code')).toBeUndefined();
});
