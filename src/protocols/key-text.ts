/** Keys are few and come again: the text of each is made once. Longer ones are rare. */
const MAX_KEY_BYTES = 32;
const SLOTS = 64;

const known: string[] = new Array<string>(SLOTS).fill('');

const slotOf = (length: number, first: number, last: number): number =>
  (length * 7 + first * 3 + last) % SLOTS;

function is(text: string, piece: Buffer, start: number): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) !== piece[start + at]) return false;
  return true;
}

/** The text between two bytes, quotes left out; a native call and a string less where it was the last of its kind. */
export function keyText(piece: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length === 0 || length > MAX_KEY_BYTES) return piece.toString('utf8', start, end);
  const slot = slotOf(length, piece[start] as number, piece[end - 1] as number);
  const last = known[slot] as string;
  if (last.length === length && is(last, piece, start)) return last;
  const text = piece.toString('utf8', start, end);
  // A character that took several bytes could be taken for another one's.
  if (text.length === length) known[slot] = text;
  return text;
}
