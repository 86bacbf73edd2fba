/** A body as it came: pieces in their order, never joined, since joining copies every byte once more. */
export interface Body {
  readonly pieces: readonly Buffer[];
  /** Bytes of all pieces. */
  readonly bytes: number;
}

/** No byte of it. */
export const NO_BODY: Body = { pieces: [], bytes: 0 };

/** A body that is there as a whole. */
export const bodyOf = (whole: Buffer): Body => ({ pieces: [whole], bytes: whole.length });

/** The same bytes, as one buffer where they are in one piece: what reads them does so faster. Nothing is copied. */
export const unwrapped = (body: Body): Body | Buffer => (body.pieces.length === 1 ? body.pieces[0]! : body);

/** The pieces of a body that is in one piece, or in several. Nothing is copied. */
export function piecesOf(body: Body | Uint8Array): readonly Buffer[] {
  if (!(body instanceof Uint8Array)) return body.pieces;
  return [Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.length)];
}

/** Views of the bytes from `start` to `end`, counted from the body's first. */
export function sliceOf(body: Body | Uint8Array, start: number, end: number): Buffer[] {
  const views: Buffer[] = [];
  let from = 0;
  for (const piece of piecesOf(body)) {
    const to = from + piece.length;
    if (to > start && from < end)
      views.push(piece.subarray(Math.max(start - from, 0), Math.min(end, to) - from));
    if (to >= end) break;
    from = to;
  }
  return views;
}

/** The text from byte `start` to byte `end`. Copies only where it lies across pieces. */
export function textOf(body: Body | Uint8Array, start: number, end: number): string {
  let from = 0;
  for (const piece of piecesOf(body)) {
    const to = from + piece.length;
    if (start < to) {
      return end <= to
        ? piece.toString('utf8', start - from, end - from)
        : Buffer.concat(sliceOf(body, start, end)).toString('utf8');
    }
    from = to;
  }
  return '';
}
