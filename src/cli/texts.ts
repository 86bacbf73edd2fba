import type { Language } from '../errors/catalogue.ts';
import { en, type TextKey, type Texts } from './en.ts';
import { zh } from './zh.ts';

export type { TextKey } from './en.ts';

/** Words for the `{…}` places of a text. */
export type Words = Readonly<Record<string, string | number>>;

export const TEXTS: Readonly<Record<Language, Texts>> = { en, zh };

/** A text with its places filled in. A place without a word stays visible, so that a test can find it. */
export function textOf(language: Language, key: TextKey, words: Words = {}): string {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (place, word: string) => String(words[word] ?? place));
}
