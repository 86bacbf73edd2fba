import { signal } from '@preact/signals';
import { remember, remembered } from './memory.ts';

export type Language = 'en' | 'zh';

const NAME = 'qcc.language';

/** The language chosen before, else the browser's, else English. */
export function languageFrom(chosen: string | undefined, browsers: readonly string[]): Language {
  if (chosen === 'en' || chosen === 'zh') return chosen;
  const first = browsers.find((one) => /^(en|zh)\b/i.test(one));
  return first && /^zh/i.test(first) ? 'zh' : 'en';
}

export const language = signal<Language>(
  languageFrom(remembered('localStorage', NAME), globalThis.navigator?.languages ?? []),
);

export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  remember('localStorage', NAME, chosen);
}

/** For `<html lang>` and `Intl`. */
export function locale(): string {
  return language.value === 'zh' ? 'zh-CN' : 'en-US';
}

/** Words for the `{…}` places of a text. */
export type Words = Readonly<Record<string, string | number>>;

/** Gives a text in the language chosen; `keys` are those it has. */
export type TextsOf<Key extends string> = ((key: Key, words?: Words) => string) & {
  readonly keys: ReadonlySet<string>;
};

/**
 * The texts of one page: the same keys in both languages, or it does not compile. The function it gives reads the
 * language signal, so a component that uses it renders anew when the language changes.
 */
export function textsOf<Key extends string>(tables: {
  readonly en: Readonly<Record<Key, string>>;
  readonly zh: Readonly<Record<NoInfer<Key>, string>>;
}): TextsOf<Key> {
  const give = (key: Key, words?: Words): string => filled(tables[language.value][key], words);
  return Object.assign(give, { keys: new Set(Object.keys(tables.en)) });
}

/** Whether there is a text for a word that came from elsewhere. */
export function knows<Key extends string>(texts: TextsOf<Key>, word: string): word is Key {
  return texts.keys.has(word);
}

/** A place without a word stays visible. */
export function filled(text: string, words: Words = {}): string {
  return text.replace(/\{(\w+)\}/g, (where, name: string) => String(words[name] ?? where));
}
