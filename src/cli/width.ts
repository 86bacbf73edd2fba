import { stripVTControlCharacters } from 'node:util';

/** East Asian wide and full-width blocks (Unicode TR 11), coarsened to whole blocks; emoji are tested apart. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const WIDTHLESS = /^[\p{Mark}\p{Cf}\p{Cc}]$/u;

function widthOfChar(char: string): number {
  if (WIDTHLESS.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}

/** Terminal columns that one line of text takes: wide characters 2, combining marks and colours 0. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of stripVTControlCharacters(text)) width += widthOfChar(char);
  return width;
}

/** As many characters from the start as fit into `width` columns. */
export function head(chars: readonly string[], width: number): string {
  let taken = '';
  let left = width;
  for (const char of chars) {
    left -= widthOfChar(char);
    if (left < 0) break;
    taken += char;
  }
  return taken;
}

/** Cuts the end off, with an ellipsis, where text is wider than `width` columns. */
export function shortenEnd(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${head([...text], width - 1)}…`;
}

/** Cuts the middle out, since both ends of a URL or path tell it from others. */
export function shortenMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  const end = [...head([...text].reverse(), tail)].reverse().join('');
  return `${head([...text], width - 1 - tail)}…${end}`;
}

/** Text that came from elsewhere (upstream errors, names) without what would steer the terminal. */
export function withoutControls(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}
