/** Does a text fit? */
export type Glob = (text: string) => boolean;

/**
 * Longer texts fit no glob, not even `*`: what is matched comes from clients, and time grows with its length. All
 * headers together may have 16 KB, so this is about model names only, of which none is a hundredth as long.
 */
export const MOST_CHARACTERS = 16_384;

const STAR = 0x2a;
const ANY = 0x3f;

/**
 * A glob made ready: `*` stands for any text, `?` for one character. Case does not matter: model names come in any.
 * Takes time in proportion to the text's length times the pattern's at worst, and to the text's alone as a rule. An
 * expression with `.*` for each `*` would take the text's length to the power of their number.
 */
export function globOf(pattern: string): Glob {
  const wanted = pattern.toLowerCase().replace(/\*+/g, '*');
  if (wanted === '*') return (text) => text.length <= MOST_CHARACTERS;
  if (!/[*?]/.test(wanted)) return (text) => text.length <= MOST_CHARACTERS && text.toLowerCase() === wanted;
  return (text) => text.length <= MOST_CHARACTERS && fits(wanted, text.toLowerCase());
}

/** Walks both at once. Where it gets stuck, only the last `*` can help, by taking one character more. */
function fits(wanted: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let starTook = 0;
  for (let read = 0; read < text.length; ) {
    const code = wanted.charCodeAt(at);
    if (code === STAR) {
      star = at;
      starTook = read;
      at += 1;
    } else if (code === ANY || code === text.charCodeAt(read)) {
      at += 1;
      read += 1;
    } else if (star >= 0) {
      starTook += 1;
      read = starTook;
      at = star + 1;
    } else {
      return false;
    }
  }
  if (wanted.charCodeAt(at) === STAR) at += 1;
  return at === wanted.length;
}
