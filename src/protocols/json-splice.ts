import { type Body, piecesOf, sliceOf } from '../domain/body.ts';
import type { JsonField } from './body-scan.ts';

/** Bytes of the original to leave out, and what to put there. */
interface Cut {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Removes a member with one of the commas beside it: the one before it where a kept member stands before,
 * else the one after it.
 */
function removal(fields: readonly JsonField[], index: number, keptBefore: boolean): Cut {
  const field = fields[index]!;
  if (keptBefore) return { start: fields[index - 1]!.end, end: field.end, text: '' };
  return { start: field.keyStart, end: fields[index + 1]?.keyStart ?? field.end, text: '' };
}

/** Byte after the object's opening brace. */
function afterBrace(body: Body | Uint8Array): number {
  let from = 0;
  for (const piece of piecesOf(body)) {
    const brace = piece.indexOf('{');
    if (brace !== -1) return from + brace + 1;
    from += piece.length;
  }
  return from;
}

function insertion(
  body: Body | Uint8Array,
  lastKept: JsonField | undefined,
  members: readonly string[],
): Cut {
  const at = lastKept?.end ?? afterBrace(body);
  return { start: at, end: at, text: (lastKept === undefined ? '' : ',') + members.join(',') };
}

function cutsFor(
  body: Body | Uint8Array,
  fields: readonly JsonField[],
  edits: ReadonlyMap<string, string | undefined>,
): Cut[] {
  const cuts: Cut[] = [];
  let lastKept: JsonField | undefined;
  let insertAt = 0;
  fields.forEach((field, index) => {
    if (edits.has(field.key) && edits.get(field.key) === undefined) {
      cuts.push(removal(fields, index, lastKept !== undefined));
      return;
    }
    const text = edits.get(field.key);
    if (text !== undefined) cuts.push({ start: field.start, end: field.end, text });
    lastKept = field;
    insertAt = cuts.length;
  });
  const present = new Set(fields.map((field) => field.key));
  const members = [...edits].flatMap(([key, text]) =>
    text === undefined || present.has(key) ? [] : [`${JSON.stringify(key)}:${text}`],
  );
  if (members.length > 0) cuts.splice(insertAt, 0, insertion(body, lastKept, members));
  return cuts;
}

/**
 * Replaces, inserts (at the end) or, where the edit is `undefined`, removes top-level members. Every other byte
 * stays as it was, which keeps upstream prompt caches warm. A duplicated key is edited at each place, since
 * readers differ in which one they take.
 *
 * @param fields what `scanObject` found in this very body
 * @returns views of the body's own bytes, with what is new between them: nothing is copied
 */
export function spliceFields(
  body: Body | Uint8Array,
  fields: readonly JsonField[],
  edits: Readonly<Record<string, unknown>>,
): Body {
  const texts = new Map(Object.entries(edits).map(([key, value]) => [key, JSON.stringify(value)]));
  const pieces: Buffer[] = [];
  let at = 0;
  for (const cut of cutsFor(body, fields, texts)) {
    pieces.push(...sliceOf(body, at, cut.start));
    if (cut.text !== '') pieces.push(Buffer.from(cut.text));
    at = cut.end;
  }
  pieces.push(...sliceOf(body, at, Number.POSITIVE_INFINITY));
  return { pieces, bytes: pieces.reduce((bytes, piece) => bytes + piece.length, 0) };
}
