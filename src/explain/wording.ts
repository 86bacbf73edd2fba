import type { Language } from '../errors/catalogue.ts';

/** A value inside a text, in the form that its language gives it. `ms`: a duration. `microUsd`: money. */
export type Word =
  | string
  | number
  | { readonly ms: number }
  | { readonly microUsd: number }
  | { readonly at: number }
  /** A text of ours inside another. */
  | { readonly message: Message; readonly words?: Words };

export interface Words {
  readonly [name: string]: Word;
}

/** A text in both languages, with `{word}` places. */
export interface Message {
  readonly en: string;
  readonly zh: string;
}

const MOST_CHARACTERS = 300;

/** Control characters, and those that turn the direction of a text: what comes from outside could forge lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** A text from outside as one short line. */
export function oneLine(text: string, most = MOST_CHARACTERS): string {
  const line = text.replace(UNSAFE, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** `350 ms`, `2.14 s`, `100.2 s`, `1250 s`: requests are told of in seconds. */
function span(ms: number, language: Language): string {
  const value = Math.max(0, ms);
  if (value < 999.5) return `${Math.round(value)} ${language === 'zh' ? '毫秒' : 'ms'}`;
  const seconds = value / 1_000;
  const digits = seconds < 10 ? 2 : seconds < 1_000 ? 1 : 0;
  return `${Number(seconds.toFixed(digits))} ${language === 'zh' ? '秒' : 's'}`;
}

/** `$12.34`, `$0.0421`, `$0.000003`: as many digits as it takes to be no rounded nought. */
function money(microUsd: number): string {
  const usd = microUsd / 1_000_000;
  if (usd === 0) return '$0';
  const digits = usd >= 1 ? 2 : usd >= 0.01 ? 4 : 6;
  return `$${usd.toFixed(digits)}`;
}

function shown(word: Word, language: Language): string {
  if (typeof word === 'string') return word;
  if (typeof word === 'number') return String(word);
  if ('ms' in word) return span(word.ms, language);
  if ('microUsd' in word) return money(word.microUsd);
  if ('message' in word) return say(word.message, word.words ?? {}, language);
  return `${new Date(word.at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `{n}`, or `{n|call|calls}`: the number with its noun. */
const PLACE = /\{(\w+)(?:\|([^|}]+)\|([^|}]+))?\}/g;
/** Between two of its characters, the unit of a duration among them, Chinese has no space. */
const LOOSE = /([\u4e00-\u9fff]) (?=[\u4e00-\u9fff])/g;

/** The text with its places filled. A place without a word stays visible, so that a test can find it. */
export function say(message: Message, words: Words, language: Language): string {
  const text = message[language].replace(PLACE, (place, name: string, one?: string, many?: string) => {
    const word = words[name];
    if (word === undefined) return place;
    const noun = word === 1 ? one : many;
    return shown(word, language) + (noun === undefined ? '' : ` ${noun}`);
  });
  return language === 'zh' ? text.replace(LOOSE, '$1') : text;
}
