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

/**
 * The texts of one page: the same keys in both languages, or it does not compile. The function it gives reads the
 * language signal, so a component that uses it renders anew when the language changes.
 */
export function textsOf<Key extends string>(tables: {
  readonly en: Readonly<Record<Key, string>>;
  readonly zh: Readonly<Record<NoInfer<Key>, string>>;
}): (key: Key, words?: Words) => string {
  return (key, words) => filled(tables[language.value][key], words);
}

/** A place without a word stays visible. */
export function filled(text: string, words: Words = {}): string {
  return text.replace(/\{(\w+)\}/g, (where, name: string) => String(words[name] ?? where));
}
