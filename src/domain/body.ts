/** A body as it came: pieces in their order, never joined, since joining copies every byte once more. */
export interface Body {
  readonly pieces: readonly Buffer[];
  /** Bytes of all pieces. */
  readonly bytes: number;
}

/** The pieces of a body that is in one piece, or in several. Nothing is copied. */
export function piecesOf(body: Body | Uint8Array): readonly Buffer[] {
  if (!(body instanceof Uint8Array)) return body.pieces;
  return [Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.length)];
}
