import { type Command, Help } from 'commander';
import type { Screen } from './screen.ts';
import { widthOf } from './width.ts';

/** Help in the user's language. Commander has the layout, and words of its own that are replaced here. */
export function localiseHelp(program: Command, screen: Screen): void {
  const titles: Readonly<Record<string, string>> = {
    'Usage:': screen.text('usage'),
    'Arguments:': screen.text('arguments'),
    'Options:': screen.text('options'),
    'Commands:': screen.text('commands'),
  };
  const plain = new Help();
  program.configureHelp({
    helpWidth: screen.width,
    styleTitle: (title) => screen.paint.strong(titles[title] ?? title),
    displayWidth: widthOf,
    boxWrap: (text, width) =>
      text
        .split('\n')
        .flatMap((line) => wrapped(line, width))
        .join('\n'),
    commandUsage: (command) => localUsage(screen, plain.commandUsage(command)),
    subcommandTerm: (command) => localUsage(screen, plain.subcommandTerm(command)),
  });
}

function localUsage(screen: Screen, usage: string): string {
  return usage
    .replace('[options]', screen.text('usageOptions'))
    .replace('[command]', screen.text('usageCommand'));
}

/** Text may break at blanks, and next to wide characters, which are written without any. */
const PIECES =
  /\s*(?:[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60][，。、：；？！）”]*|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]+[，。、：；？！）”]*)/g;

/** Breaks a line where it is wider than `width` columns. */
export function wrapped(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const piece of line.match(PIECES) ?? []) {
    if (widthOf(current + piece) <= width || current === '') current += piece;
    else {
      lines.push(current);
      current = piece.trimStart();
    }
  }
  return [...lines, current];
}
