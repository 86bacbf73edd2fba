import { describe, expect, it } from 'vitest';
import { builtInPrices, overlayPrices } from './price.ts';
import { PRICE_LIST } from './price-list.ts';

const book = builtInPrices();

describe('the price list', () => {
  it('holds whole, sane prices, each model once, under the name it is looked up by', () => {
    expect(new Set(PRICE_LIST.map(([model]) => model)).size).toBe(PRICE_LIST.length);
    for (const [model, input, output, cacheRead = input, cacheWrite = input] of PRICE_LIST) {
      for (const price of [input, output, cacheRead, cacheWrite])
        expect(Number.isInteger(price), model).toBe(true);
      expect(input, model).toBeGreaterThan(0);
      expect(output, model).toBeGreaterThanOrEqual(input / 2);
      expect(cacheRead, model).toBeLessThanOrEqual(input);
      expect(cacheWrite, model).toBeLessThanOrEqual(2 * input);
      expect(book.priceOf(model)?.inputMicroUsdPerMTok, model).toBe(input);
    }
  });

  it('knows models of every vendor', () => {
    const families = [
      'claude-',
      'gpt-',
      'o3',
      'gemini-',
      'grok-',
      'deepseek-',
      'qwen',
      'kimi-',
      'glm-',
      'minimax-',
      'mistral-',
    ];
    for (const family of families)
      expect(
        PRICE_LIST.some(([model]) => model.startsWith(family)),
        family,
      ).toBe(true);
  });

  it.each([
    'claude-sonnet-4-5',
    'claude-sonnet-4-5-20250929',
    'claude-sonnet-4-5-latest',
    'anthropic/claude-sonnet-4.5',
    'anthropic/claude-sonnet-4.5:thinking',
    'openrouter/anthropic/Claude-Sonnet-4-5',
    'claude-sonnet-4-5@20250929',
    'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'anthropic.claude-sonnet-4-5-20250929-v1:0',
    'claude-sonnet-4-5[1m]',
  ])('knows %s as claude-sonnet-4-5', (model) => {
    expect(book.priceOf(model)).toEqual({
      inputMicroUsdPerMTok: 3_000_000,
      outputMicroUsdPerMTok: 15_000_000,
      cacheReadMicroUsdPerMTok: 300_000,
      cacheWriteMicroUsdPerMTok: 3_750_000,
    });
  });

  it.each([
    ['gpt-4o-2024-11-20', 2_500_000],
    ['gpt-4o-2024-05-13', 5_000_000],
    ['openai/gpt-5-mini-2025-08-07', 250_000],
    ['moonshotai/kimi-k2.5', 600_000],
    ['minimax/MiniMax-M2.7', 300_000],
  ])('takes %s by its date where that has a price of its own', (model, input) => {
    expect(book.priceOf(model)?.inputMicroUsdPerMTok).toBe(input);
  });

  it.each([
    '',
    'no-such-model',
    'claude-sonnet-4-5-turbo',
    'qwen3-coder:free',
    'gpt',
    'constructor',
    `gpt-4o${'x'.repeat(9_999)}`,
  ])('does not know %s, which is not a price of 0', (model) => expect(book.priceOf(model)).toBeUndefined());
});

const OVERLAY = `
version: contract of May
models:
  - match: claude-*
    inputMicroUsdPerMTok: 1000000
    outputMicroUsdPerMTok: 2000000
  - { match: Local, inputMicroUsdPerMTok: 0, outputMicroUsdPerMTok: 0, cacheReadMicroUsdPerMTok: 0 }
  - { match: claude-opus-4-5, inputMicroUsdPerMTok: 9, outputMicroUsdPerMTok: 9 }
`;

describe('prices.yaml', () => {
  const overlaid = overlayPrices(book, OVERLAY);
  const value = overlaid.ok ? overlaid.value : undefined;

  it.each([
    ['claude-opus-4-5', 1_000_000],
    ['anthropic/claude-haiku-4.5', 1_000_000],
    ['local', 0],
    ['gpt-4o', 2_500_000],
    ['locals', undefined],
  ])('decides on %s first, the first entry that fits', (model, input) => {
    expect(value?.priceOf(model)?.inputMicroUsdPerMTok).toBe(input);
  });

  it('stands in the version', () => {
    expect(value?.version).toBe(`${book.version} + contract of May`);
  });

  it.each(['', '# nothing yet\n', 'models: []'])('may say nothing: %j', (text) => {
    const read = overlayPrices(book, text);
    expect(read.ok && read.value.priceOf('gpt-4o')).toEqual(book.priceOf('gpt-4o'));
  });

  it.each<[string, number | undefined, RegExp]>([
    ['models: [', 1, /not YAML/],
    ['- a', 1, /a mapping with version, models is needed/],
    ['version: 1\nmodel: []', 2, /unknown key model; known are version, models/],
    ['models:\n  claude: 3', 2, /a list is needed/],
    ['models:\n  - claude', 2, /a mapping with match/],
    ['models:\n  - match: a\n    inputMicroUsdPerMTok: 1\n    price: 3', 4, /unknown key price/],
    ['models:\n  - match: a\n    inputMicroUsdPerMTok: 1', 2, /outputMicroUsdPerMTok is missing/],
    [
      'models:\n  - match: a\n    inputMicroUsdPerMTok: 0.5\n    outputMicroUsdPerMTok: 1',
      3,
      /whole micro-USD/,
    ],
    [
      'models:\n  - match: a\n    inputMicroUsdPerMTok: -1\n    outputMicroUsdPerMTok: 1',
      3,
      /whole micro-USD/,
    ],
    [
      'models:\n  - match: ""\n    inputMicroUsdPerMTok: 1\n    outputMicroUsdPerMTok: 1',
      2,
      /name of a model/,
    ],
  ])('%j is a problem of line %s', (text, line, words) => {
    const read = overlayPrices(book, text);
    expect(read.ok ? undefined : read.error).toEqual({ detail: expect.stringMatching(words), line });
  });
});
