import type { Language } from '../errors/catalogue.ts';
import { en, type TextKey, type Texts } from './texts-en.ts';
import { zh } from './texts-zh.ts';

export type { TextKey } from './texts-en.ts';

export const TEXTS: Readonly<Record<Language, Texts>> = { en, zh };

/** A text in the language of whoever asked, its `{…}` places filled in. */
export type Say = (key: TextKey, words?: Readonly<Record<string, string | number>>) => string;

/** Control characters in what comes from outside must not reach a terminal. */
const CONTROLS = /\p{Cc}+/gu;

export const sayIn =
  (language: Language): Say =>
  (key, words = {}) =>
    TEXTS[language][key].replace(/\{(\w+)\}/g, (place, word: string) =>
      String(words[word] ?? place).replace(CONTROLS, ' '),
    );
