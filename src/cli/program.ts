import { Command, CommanderError } from 'commander';
import { COMMANDS, GROUPS } from './command-list.ts';
import type { Cli, CommandSpec, Given, OptionSpec } from './given.ts';
import { localiseHelp } from './help.ts';
import { mistakeText } from './mistake.ts';
import type { CliPorts } from './ports.ts';
import { openScreen } from './screen.ts';
import { checkValue, UsageMistake } from './value.ts';

const USAGE_ERROR = 2;

/** Reads the command line, loads the one command that is meant, and runs it; its exit code. */
export async function runCommandLine(argv: readonly string[], ports: CliPorts): Promise<number> {
  const cli: Cli = { ports, screen: await openScreen(ports) };
  const reading = readingFor(cli);
  try {
    await reading.program.parseAsync(argv.length === 0 ? ['--help'] : [...forClaude(argv)], { from: 'user' });
    return await reading.run();
  } catch (thrown) {
    return endOf(cli, reading, argv, thrown);
  }
}

/** A command line while it is being read. */
interface Reading {
  readonly program: Command;
  /** Runs what was found; set by commander's action. */
  run: () => Promise<number>;
  /** What commander wanted to write as an error: help for a group without a command. */
  errorText: string;
}

function readingFor(cli: Cli): Reading {
  const { ports, screen } = cli;
  const program = new Command('qcc');
  const reading: Reading = { program, run: async () => 0, errorText: '' };
  program
    .description(screen.text('aboutQcc'))
    .version(ports.version, '-V, --version', screen.text('aboutVersion'))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void ports.stdout.write(text),
      writeErr: (text) => {
        reading.errorText += text;
      },
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .enablePositionalOptions();
  localiseHelp(program, screen);
  addHelpWords(program, cli);
  addExamples(program, cli, ['init', 'proxy start', 'claude']);
  const groups = new Map<string, Command>();
  for (const spec of COMMANDS) addCommand(reading, cli, spec, groups);
  return reading;
}

function addCommand(reading: Reading, cli: Cli, spec: CommandSpec, groups: Map<string, Command>): void {
  const words = spec.path.split(' ');
  const name = words.at(-1) ?? '';
  const parent = words.length > 1 ? groupOf(reading.program, cli, words[0] ?? '', groups) : reading.program;
  const command = parent.command(spec.args ? `${name} ${spec.args}` : name);
  command.description(cli.screen.text(spec.about));
  for (const option of spec.options ?? []) addOption(command, cli, option);
  addHelpWords(command, cli);
  addExamples(command, cli, spec.examples);
  if (spec.path === 'claude') command.passThroughOptions().allowUnknownOption();
  command.action(() => {
    const given = givenBy(command);
    reading.run = async () => (await spec.load())(cli, given);
  });
}

function groupOf(program: Command, cli: Cli, name: string, groups: Map<string, Command>): Command {
  const there = groups.get(name);
  if (there) return there;
  const about = GROUPS[name];
  const group = program.command(name).description(about ? cli.screen.text(about) : '');
  addHelpWords(group, cli);
  const first = COMMANDS.find(({ path }) => path.startsWith(`${name} `));
  addExamples(group, cli, first?.examples ?? []);
  groups.set(name, group);
  return group;
}

function addHelpWords(command: Command, { screen }: Cli): void {
  command.helpOption('-h, --help', screen.text('aboutHelp'));
  if (command.parent === null) command.helpCommand('help [command]', screen.text('aboutHelpCommand'));
  else command.helpCommand(false);
}

function addExamples(command: Command, { screen }: Cli, examples: readonly string[]): void {
  const lines = examples.map((example) => `  qcc ${example}`).join('\n');
  command.addHelpText('after', `\n${screen.paint.strong(screen.text('examples'))}\n${lines}`);
}

function addOption(command: Command, { screen }: Cli, spec: OptionSpec): void {
  const collect = (value: string, before: unknown): string | string[] => {
    const checked = checkValue(screen, spec, value);
    return spec.many ? [...((before as string[] | undefined) ?? []), checked] : checked;
  };
  if (spec.flags.includes('<')) command.option(spec.flags, screen.text(spec.about), collect);
  else command.option(spec.flags, screen.text(spec.about));
}

function givenBy(command: Command): Given {
  const options: Record<string, unknown> = command.opts();
  const value = (name: string): unknown =>
    options[name.replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase())];
  const text = (name: string): string | undefined => {
    const given = value(name);
    return typeof given === 'string' ? given : undefined;
  };
  return {
    words: command.args,
    text,
    number(name) {
      const given = text(name);
      return given === undefined ? undefined : Number(given);
    },
    flag: (name) => value(name) === true,
    list: (name) => (value(name) as readonly string[] | undefined) ?? [],
  };
}

/** All that stands behind `claude` is for Claude Code, save a lone request for help. */
function forClaude(argv: readonly string[]): readonly string[] {
  if (argv[0] !== 'claude') return argv;
  const [, ...rest] = argv;
  const asksForHelp = rest.length === 1 && (rest[0] === '--help' || rest[0] === '-h');
  if (asksForHelp || rest[0] === '--') return argv;
  return ['claude', '--', ...rest];
}

function endOf(cli: Cli, reading: Reading, argv: readonly string[], thrown: unknown): number {
  const { screen, ports } = cli;
  const mistake = (text: string): number => {
    const command = commandOf(argv);
    return screen.fail(`${text}\n${screen.text('seeHelp', { command })}`, USAGE_ERROR);
  };
  if (thrown instanceof UsageMistake) return mistake(thrown.message);
  if (!(thrown instanceof CommanderError)) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return screen.fail(screen.text('unexpectedFailure', { detail }));
  }
  if (thrown.exitCode === 0) return 0;
  if (thrown.code !== 'commander.help') return mistake(mistakeText(screen, thrown));
  ports.stderr.write(reading.errorText);
  return USAGE_ERROR;
}

/** The command whose help says more. */
function commandOf([first = '', second = '']: readonly string[]): string {
  const paths = [`${first} ${second}`, first];
  const known = paths.find((path) => path in GROUPS || COMMANDS.some((spec) => spec.path === path));
  return known ? `qcc ${known}` : 'qcc';
}
