import { type Document, parseDocument } from 'yaml';

/** Writes a document out, in the file's own manner where the library can be told it. */
function written(document: Document, original: string): string {
  const indent = /^( {2,8})[^\s#-]/m.exec(original)?.[1]?.length ?? 2;
  return document.toString({
    lineWidth: 0,
    indent,
    indentSeq: !/^( *)[^\s#-][^\n#]*:[ \t]*\n\1- /m.test(original),
    flowCollectionPadding: !/[{[][^\s{}[\]]/.test(original),
  });
}

const solid = (text: string): string => text.replace(/\s+/g, '');

/** Offset of the line after the one that holds the `count`-th character that is no white space; undefined inside one. */
function lineAfter(text: string, count: number): number | undefined {
  if (count === 0) return 0;
  let left = count;
  for (let offset = 0; offset < text.length; offset += 1) {
    if (/\s/.test(text[offset]!)) continue;
    left -= 1;
    if (left > 0) continue;
    const newline = text.indexOf('\n', offset);
    const end = newline < 0 ? text.length : newline;
    return text.slice(offset + 1, end).trim() === '' ? Math.min(end + 1, text.length) : undefined;
  }
  return undefined;
}

/** How many lines the two lists have in common from their start (or, with `fromEnd`, from their end). */
function commonLines(a: readonly string[], b: readonly string[], limit: number, fromEnd: boolean): number {
  let count = 0;
  while (count < limit) {
    const [x, y] = fromEnd ? [a.at(-1 - count), b.at(-1 - count)] : [a[count], b[count]];
    if (x !== y) break;
    count += 1;
  }
  return count;
}

const sameValue = (a: string, b: string): boolean => {
  const [left, right] = [a, b].map((text) => parseDocument(text, { logLevel: 'error', merge: true }));
  return left?.errors.length === 0 && JSON.stringify(left.toJS()) === JSON.stringify(right?.toJS());
};

/**
 * The original text with only the lines that the edit changed replaced. The library rewrites spacing
 * everywhere; so what it makes of the text before and after the edit is compared, and just the difference
 * carried over, its place found by counting what is not white space. Undefined where the two texts differ
 * in more than that, or the outcome would mean something else.
 */
function carriedOver(original: string, before: string, after: string): string | undefined {
  if (solid(original) !== solid(before)) return undefined;
  const [old, changed] = [before.split('\n'), after.split('\n')];
  const shorter = Math.min(old.length, changed.length);
  const start = commonLines(old, changed, shorter, false);
  const end = commonLines(old, changed, shorter - start, true);
  const length = (lines: readonly string[]) => solid(lines.join('')).length;
  const from = lineAfter(original, length(old.slice(0, start)));
  const to = lineAfter(original, length(old.slice(0, old.length - end)));
  if (from === undefined || to === undefined || to < from) return undefined;
  const middle = changed.slice(start, changed.length - end).map((line) => `${line}\n`);
  const text = original.slice(0, from) + middle.join('') + original.slice(to);
  return sameValue(text, after) && solid(text) === solid(after) ? text : undefined;
}

/** Remembers how a text looks before an edit; the function returned gives the text after it. */
export function renderer(document: Document, original: string): () => string {
  const before = written(document, original);
  return () => {
    const after = written(document, original);
    return carriedOver(original, before, after) ?? after;
  };
}
