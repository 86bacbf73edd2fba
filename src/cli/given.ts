import type { CliPorts } from './ports.ts';
import type { Screen } from './screen.ts';
import type { TextKey } from './texts.ts';

/** What a command was given: its arguments in order, its options by long name. */
export interface Given {
  readonly words: readonly string[];
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  flag(name: string): boolean;
  list(name: string): readonly string[];
}

/** Everything a command works with. */
export interface Cli {
  readonly ports: CliPorts;
  readonly screen: Screen;
}

/** Does the work; the exit code. */
export type Run = (cli: Cli, given: Given) => Promise<number>;

/** How an option's value is checked while the command line is read. */
export type ValueKind =
  | 'port'
  | 'count'
  | 'quantity'
  | 'level'
  | 'strategy'
  | 'protocol'
  | 'pair'
  | 'since'
  | 'seconds'
  | 'duration'
  | 'grouping';

export interface OptionSpec {
  /** As commander takes it: `-n, --lines <count>`. */
  readonly flags: string;
  readonly about: TextKey;
  readonly kind?: ValueKind;
  /** May be given more than once. */
  readonly many?: boolean;
}

export interface CommandSpec {
  /** `proxy start`. */
  readonly path: string;
  /** As commander takes them: `<id>`, `[name]`. */
  readonly args?: string;
  readonly about: TextKey;
  readonly options?: readonly OptionSpec[];
  /** What follows `qcc ` in each line of the examples. */
  readonly examples: readonly string[];
  /** Loads the code that does it, which none of the other commands should wait for. */
  readonly load: () => Promise<Run>;
}
