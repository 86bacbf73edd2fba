import type { CommanderError } from 'commander';
import type { Screen } from './screen.ts';
import type { TextKey } from './texts.ts';

const KEYS: Readonly<Record<string, TextKey>> = {
  'commander.unknownOption': 'unknownOption',
  'commander.unknownCommand': 'unknownCommand',
  'commander.missingArgument': 'missingArgument',
  'commander.optionMissingArgument': 'missingValue',
  'commander.excessArguments': 'excessArguments',
};

/**
 * What is wrong with the command line, in the user's language. Commander only words it in English; its code
 * and the word it quotes are enough to say it anew. What follows `=` is left out: it may be a key.
 */
export function mistakeText(screen: Screen, { code, message }: CommanderError): string {
  const key = KEYS[code];
  if (!key) return message.replace(/^error: /, '');
  const word = /'([^'=]*)[^']*'/.exec(message)?.[1] ?? '';
  const meant = /Did you mean (?:one of )?(.+)\?\)/.exec(message)?.[1];
  const text = screen.text(key, { word });
  return meant ? `${text} ${screen.text('didYouMean', { meant })}` : text;
}
