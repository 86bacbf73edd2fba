import type { Language } from '../errors/catalogue.ts';
import { LINES_EN } from './lines-en.ts';
import { LINES_ZH } from './lines-zh.ts';
import type { LogEvent } from './log-event.ts';

/** Longest line; what comes from outside (paths, details) may be longer than anybody reads. */
const LINE_MAX_CHARS = 2_000;

/** Control characters of both sets, and Unicode's line ends: they could forge lines or speak to a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** The same, for a look beforehand, which costs half of a search for all: hardly any line has one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const HAS_CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** The event in words, on one line, without the stamp. Masked before it is cut: half a secret is not known as one. */
export function logLine(event: LogEvent, language: Language, mask?: (text: string) => string): string {
  const lines = language === 'zh' ? LINES_ZH : LINES_EN;
  const say = lines[event.kind] as (event: LogEvent) => string;
  const said = say(event);
  const words = HAS_CONTROL.test(said) ? said.replace(CONTROL, ' ') : said;
  const line = mask === undefined ? words : mask(words);
  return line.length <= LINE_MAX_CHARS ? line : `${line.slice(0, LINE_MAX_CHARS)}…`;
}
