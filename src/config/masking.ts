import type { ConfigProblem } from './problem.ts';
import { type SecretPlace, secretPlaces } from './secret-places.ts';

/** A text whose placeholders were put back, and how its places lead back to the text that people see. */
export interface Unmasked {
  readonly text: string;
  /** Placeholders that stand for nothing, or where their secret would be seen. Places are those of the shown text. */
  readonly problems: readonly ConfigProblem[];
  /** The same problem at its place in the shown text. */
  shown(problem: ConfigProblem): ConfigProblem;
}

/** `"***1"`: the first secret of the file. Quotes belong to it where it stands for a whole value. */
const PLACEHOLDER = /(["']?)\*\*\*(\d{1,6})\1/g;
/** Something in the file itself that looks like one; it stands for itself. */
const LITERAL = /\*\*\*\d{1,6}/g;

interface Masked extends SecretPlace {
  readonly n: number;
}

/** The secrets of a text with their numbers, in its order. The same text always gives the same numbers. */
function numbered(text: string): readonly Masked[] {
  const secrets = secretPlaces(text);
  const secretAt = inOrder(secrets);
  const literals = [...text.matchAll(LITERAL)]
    .map(({ 0: source, index }) => ({
      from: index,
      to: index + source.length,
      whole: false,
      source,
      kind: 'literal',
    }))
    .filter(({ from, to }) => (secretAt(from)?.from ?? to) >= to);
  return [...secrets, ...literals]
    .sort((a, b) => a.from - b.from)
    .map((place, index) => ({ ...place, n: index + 1 }));
}

/** The first of sorted places that ends behind an offset; asked with offsets that never fall, so that all cost one pass. */
function inOrder(places: readonly SecretPlace[]): (offset: number) => SecretPlace | undefined {
  let index = 0;
  return (offset) => {
    while (index < places.length && places[index]!.to <= offset) index += 1;
    return places[index];
  };
}

/** The text with every secret that is written out in it replaced by a numbered placeholder. */
export function maskText(text: string): string {
  let masked = '';
  let at = 0;
  for (const { from, to, whole, n } of numbered(text)) {
    masked += text.slice(at, from) + (whole ? `"***${n}"` : `***${n}`);
    at = to;
  }
  return masked + text.slice(at);
}

/** A stretch of the shown text and what it became. */
interface Replaced {
  readonly shownFrom: number;
  readonly shownTo: number;
  readonly from: number;
  readonly to: number;
  readonly place: Masked | undefined;
  readonly n: number;
}

/**
 * Undoes `maskText` in a text that was edited since: each placeholder becomes the secret of its number in `original`.
 * It may move to wherever a secret is not shown either, but not, say, into a name.
 */
export function unmaskText(shownText: string, original: string): Unmasked {
  const places = new Map(numbered(original).map((place) => [place.n, place]));
  const replaced: Replaced[] = [];
  let text = '';
  let at = 0;
  for (const { 0: match, 1: quote = '', 2: digits, index } of shownText.matchAll(PLACEHOLDER)) {
    const n = Number(digits);
    const place = places.get(n);
    const around = place?.whole ? '' : quote;
    text += shownText.slice(at, index) + around;
    const from = text.length;
    text += place?.source ?? match.slice(quote.length, match.length - quote.length);
    replaced.push({
      shownFrom: index,
      shownTo: index + match.length,
      from,
      to: text.length,
      place,
      n,
    });
    text += around;
    at = index + match.length;
  }
  text += shownText.slice(at);
  return {
    text,
    problems: problemsOf(text, shownText, replaced),
    shown: (problem) => shownAt(problem, text, shownText, replaced),
  };
}

function problemsOf(text: string, shownText: string, replaced: readonly Replaced[]): ConfigProblem[] {
  const hiddenAt = inOrder(secretPlaces(text));
  const wrong = replaced.flatMap(({ shownFrom, from, to, place, n }) => {
    if (place === undefined) {
      const message = `"***${n}" stands for no secret of the file; expected the value itself, or a reference`;
      return [{ shownFrom, message }];
    }
    if (isHidden(place, from, to, hiddenAt(from))) return [];
    const message = `"***${n}" stands for a secret, which would be shown here; expected it where it was, or a reference`;
    return [{ shownFrom, message }];
  });
  return wrong
    .slice(0, MOST_PROBLEMS)
    .map(({ shownFrom, message }) => ({ ...placeAt(shownText, shownFrom), path: '', message }));
}

/** More nobody mends at once. */
const MOST_PROBLEMS = 100;

/** Comments and values of secret keys are shown nowhere; anything else only where it was. */
function isHidden(place: Masked, from: number, to: number, cover: SecretPlace | undefined): boolean {
  if (place.kind === 'literal') return true;
  if (cover === undefined || cover.from > from || to > cover.to) return false;
  return [place.kind, 'value', 'comment'].includes(cover.kind);
}

function shownAt(
  problem: ConfigProblem,
  text: string,
  shownText: string,
  replaced: readonly Replaced[],
): ConfigProblem {
  const { line, column } = problem;
  if (line === undefined || column === undefined) return problem;
  const offset = offsetAt(text, line, column);
  let shift = 0;
  for (const { shownFrom, shownTo, from, to } of replaced) {
    if (offset < from) break;
    if (offset < to) return { ...problem, ...placeAt(shownText, shownFrom) };
    shift = shownTo - to;
  }
  return { ...problem, ...placeAt(shownText, Math.max(0, offset + shift)) };
}

function offsetAt(text: string, line: number, column: number): number {
  let start = 0;
  for (let n = 1; n < line; n += 1) {
    const end = text.indexOf('\n', start);
    if (end < 0) break;
    start = end + 1;
  }
  return start + column - 1;
}

function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - start + 1 };
}
