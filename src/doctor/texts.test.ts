import { describe, expect, it } from 'vitest';
import { saidIn, speaksOfModel } from './error-text.ts';
import { configDuration, inWords, median } from './figures.ts';
import { sayIn, TEXTS, type TextKey } from './texts.ts';

const say = sayIn('en');
const apiError = (message: string) => JSON.stringify({ error: { type: 'x', message } });
const PAGE = '<!DOCTYPE html><html><head><title>Access denied</title></head></html>';

describe('what is said', () => {
  it.each([
    [apiError('The key is bad'), 'The key is bad'],
    ['{"error":"gone"}', 'gone'],
    ['{"message":"m"}', 'm'],
    [PAGE, 'Access denied'],
    ['first line\nsecond', 'first line'],
    ['', ''],
    [apiError(`${'x'.repeat(500)}`), 'x'.repeat(200)],
    [apiError('two\n lines'), 'two lines'],
  ])('%s', (text, said) => {
    expect(saidIn(text)).toBe(said);
  });

  it.each([
    [apiError('model: foo'), true],
    [apiError('foo-1 is not available'), true],
    [apiError('Not found'), false],
    ['模型不存在', true],
  ])('%s speaks of the model: %s', (text, does) => {
    expect(speaksOfModel(text, 'foo-1')).toBe(does);
  });
});

describe('figures', () => {
  it.each([
    [0.44, '0.4 ms'],
    [245.4, '245 ms'],
    [9_999, '9999 ms'],
    [12_345, '12.3 s'],
  ])('%f in words: %s', (ms, words) => expect(inWords(ms)).toBe(words));

  it.each([
    [95_190, '95s'],
    [9_999.9, '9999ms'],
    [0.2, '1ms'],
  ])('%f for the configuration: %s', (ms, text) => expect(configDuration(ms)).toBe(text));

  it.each([
    [[], undefined],
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2],
  ])('the middle of %j: %s', (values, middle) => expect(median(values)).toBe(middle));
});

describe('the texts', () => {
  const keys = Object.keys(TEXTS.en) as TextKey[];
  const places = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();
  it.each(keys)('have the same places in both languages: %s', (key) => {
    expect(places(TEXTS.zh[key])).toEqual(places(TEXTS.en[key]));
  });

  it('say in Chinese whatever is not a name', () => {
    const same = keys.filter((key) => TEXTS.en[key] === TEXTS.zh[key]);
    expect(same.sort()).toEqual(['edgeFound']);
  });

  it('let nothing through that steers a terminal', () => {
    expect(say('nobodyNamed', { word: 'a\u001b[31mb\n\u009bc' })).toBe('There is no endpoint a [31mb c');
  });
});
