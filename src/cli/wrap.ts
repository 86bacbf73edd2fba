import { head, widthOf } from './width.ts';

/** Text may break at blanks, and next to wide characters, which are written without any. */
const PIECES =
  /\s*(?:[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60][，。、：；？！）”]*|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]+[，。、：；？！）”]*)/g;

/** Breaks a line where it is wider than `width` columns; a word that is wider itself (a URL) is cut. */
export function wrapped(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const piece of line.match(PIECES) ?? []) {
    if (widthOf(current + piece) <= width) current += piece;
    else {
      if (current !== '') lines.push(current);
      current = piece.trimStart();
      while (widthOf(current) > width) {
        const part = head([...current], width);
        if (part === '') break;
        lines.push(part);
        current = current.slice(part.length);
      }
    }
  }
  return [...lines, current];
}

/** The same, with every line but the first set in by `indent` blanks more. */
export function hanging(first: string, text: string, width: number): string[] {
  const indent = ' '.repeat(widthOf(first));
  return wrapped(text, Math.max(1, width - indent.length)).map(
    (line, at) => (at === 0 ? first : indent) + line,
  );
}

/** As many of the parts as fit, from the first on; one that is too wide alone is left out, too. */
export function joinFitting(parts: readonly string[], between: string, width: number): string {
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? part : line + between + part;
    if (widthOf(longer) > width) break;
    line = longer;
  }
  return line;
}
