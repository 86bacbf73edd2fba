import { type Command, Help } from 'commander';
import type { Screen } from './screen.ts';
import { widthOf } from './width.ts';
import { wrapped } from './wrap.ts';

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
