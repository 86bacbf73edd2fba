import { describe, expect, it } from 'vitest';
import { type CliPorts, runCli } from '../../src/cli/cli.ts';
import { codeBlocksOf, DOCUMENTS, withoutCode } from './documents.ts';

/** A command line as a document shows it: `queue verify`, with the options behind it. */
interface Shown {
  readonly path: string;
  readonly words: readonly string[];
  readonly options: readonly string[];
}

/** The lines of code of a document: those of blocks, and spans within the text. */
function codeIn(text: string): string[] {
  const spans = [...withoutCode(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...codeBlocksOf(text).flatMap(({ code }) => code.split('\n')), ...spans];
}

/** Commands beside the one that a line shows: `npx qcc queue list  # verify, clear`. */
function besides(line: string): string[][] {
  const [, group = '', names = ''] =
    /qcc ([a-z]+) [a-z]+.*# (?:另有 )?([a-z-]+(?:(?:, |、)[a-z-]+)*)$/.exec(line) ?? [];
  return names === '' ? [] : names.split(/, |、/).map((name) => [group, name]);
}

/** No more than two words name a command; what follows are arguments. */
function shownIn(line: string): Omit<Shown, 'path'>[] {
  const [, first, second, rest = ''] =
    /(?:^|[\s("])qcc ([a-z]+)(?: ([a-z]+(?:-[a-z]+)*)(?![\w:/.]))?([^#|]*)/.exec(line) ?? [];
  if (first === undefined) return [];
  const words = second === undefined ? [first] : [first, second];
  // What stands behind `claude` is for Claude Code.
  const options = first === 'claude' ? [] : [...rest.matchAll(/--[a-z][a-z-]*/g)].map(([option]) => option);
  return [{ words, options }, ...besides(line).map((other) => ({ words: other, options: [] }))];
}

const shown: readonly Shown[] = DOCUMENTS.flatMap(({ path, text }) =>
  codeIn(text)
    .flatMap(shownIn)
    .map((command) => ({ path, ...command })),
);

const never = (): never => {
  throw new Error('help starts nothing');
};

async function help(words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const ports: CliPorts = {
    env: {},
    version: '0.0.0-test',
    home: '/nonexistent',
    language: 'en',
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    startGateway: never,
    startSimulator: never,
    runDemo: never,
    doctor: never,
    readLogTail: never,
    followLog: never,
    lineFilter: never,
    spawnDetached: never,
    runProgram: never,
  };
  const code = await runCli([...words, '--help'], ports);
  return { code, out, err };
}

/** The command that a usage line is of: `Usage: qcc queue verify [options] [id]` → `queue verify`. */
const commandOf = (out: string): string =>
  /^Usage: qcc((?: [a-z]+(?:-[a-z]+)*)*)/.exec(out)?.[1]?.trim() ?? '';

/** Help of a group answers for a word that it does not know, too; its usage line then lacks that word. */
async function exists(words: readonly string[]): Promise<boolean> {
  const { code, out } = await help(words);
  const asked = words.join(' ');
  const command = commandOf(out);
  const isGroup = out.startsWith(`Usage: qcc ${command} [options] [command]`);
  return code === 0 && (asked === command || (!isGroup && asked.startsWith(`${command} `)));
}

describe('commands that the documents show', () => {
  it('are found in them', () => {
    const all = shown.map(({ words }) => words.join(' '));
    expect(all).toEqual(
      expect.arrayContaining(['queue verify', 'queue clear', 'proxy start', 'env', 'config path']),
    );
  });

  it.each(shown)('$path: qcc $words $options', async ({ words, options }) => {
    expect(await exists(words)).toBe(true);
    const { out } = await help(words);
    for (const option of options) expect(out).toContain(option);
  });

  it.each([[['nothing']], [['queue', 'nothing']]])('but qcc %j is noticed', async (words) => {
    expect(await exists(words)).toBe(false);
  });
});
