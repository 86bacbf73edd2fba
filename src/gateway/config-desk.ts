import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  type ConfigProblem,
  type Environment,
  initialConfig,
  maskText,
  parseConfig,
  setEndpointEnabled,
  unmaskText,
  writeAtomically,
} from '../config/config.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { ConfigApplied, ConfigProblemView, ConfigView } from '../domain/view.ts';

/** The configuration file, as the gateway reads and writes it. */
export interface ConfigFile {
  /** For people. */
  readonly name: string;
  readonly environment: Environment;
  /** Undefined: there is none. Throws where it can't be read. */
  read(): string | undefined;
  /** Replaces it whole or not at all; what was there before is kept beside it. Throws where it can't be written. */
  write(text: string): void;
  /** Puts back what was there, or takes it away again: an edit that can't be taken up leaves no trace. */
  restore(text: string | undefined): void;
}

/** The file on disk. The text before the last edit is kept as `FILE.bak`: an edit in a browser is made quickly. */
export function configOnDisk(file: string, env: Environment['env']): ConfigFile {
  const read = (): string | undefined => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  return {
    name: file,
    environment: {
      env,
      readSecretFile: (path) => readFileSync(path, 'utf8'),
      configFolder: dirname(resolve(file)),
    },
    read,
    write(text) {
      const before = read();
      if (before !== undefined) writeAtomically(`${file}.bak`, before);
      writeAtomically(file, text);
    },
    restore(text) {
      if (text === undefined) rmSync(file, { force: true });
      else writeAtomically(file, text);
    },
  };
}

const NO_REFERENCES: Environment = {
  env: {},
  readSecretFile() {
    throw new Error('there are no files here');
  },
  configFolder: '/',
};

/** A configuration that is no file: of the demo, and of tests. */
export function configInMemory(name: string, text?: string, environment = NO_REFERENCES): ConfigFile {
  let current = text;
  return {
    name,
    environment,
    read: () => current,
    write(next) {
      current = next;
    },
    restore(before) {
      current = before;
    },
  };
}

/** Takes up the configuration anew; on a problem the one in force stays. Never throws. */
export type Reload = () => Promise<
  Result<{ clusters: number; endpoints: number }, { readonly detail: string }>
>;

/** Edits of the configuration through the admin API. */
export interface ConfigDesk {
  view(): Promise<ConfigView>;
  check(text: string): Promise<readonly ConfigProblemView[]>;
  apply(text: string, version: string): Promise<ConfigApplied>;
  setEnabled(endpointId: string, enabled: boolean): Promise<Result<undefined, { detail: string }>>;
}

const NO_FILE = 'no-file';

/**
 * Secrets never leave: what is given out has placeholders in their place, and what comes back has them put in again.
 * Nothing is written but what is valid, and what turns out not to start is taken back. Edits go one after another.
 */
export function createConfigDesk(file: ConfigFile, reload: Reload): ConfigDesk {
  // A plain hash would let a short secret be guessed from a text of which the rest is known.
  const versionKey = randomBytes(32);
  const versionOf = (text: string | undefined): string =>
    text === undefined ? NO_FILE : createHmac('sha256', versionKey).update(text).digest('hex').slice(0, 32);
  const original = (): string => file.read() ?? initialConfig(file.environment.env);

  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(edit: () => Promise<T>): Promise<T> {
    const turn = last.then(edit, edit);
    last = turn.catch(() => undefined);
    return turn;
  }

  /** The text as it would be written, and what is wrong with it, at its place in the text that was sent. */
  async function restored(text: string): Promise<{ text: string; problems: readonly ConfigProblem[] }> {
    const unmasked = unmaskText(text, original());
    const parsed = await parseConfig(unmasked.text, file.environment);
    const problems = parsed.ok ? [] : parsed.error.map(unmasked.shown);
    return { text: unmasked.text, problems: [...unmasked.problems, ...problems] };
  }

  /** Writes and reloads; on a problem the file is as it was. */
  async function put(text: string): ReturnType<Reload> {
    const before = file.read();
    if (before === text) return reload();
    file.write(text);
    const reloaded = await reload();
    if (reloaded.ok) return reloaded;
    file.restore(before);
    await reload();
    return reloaded;
  }

  return {
    async view() {
      const text = file.read();
      const shown = text ?? original();
      const parsed = await parseConfig(shown, file.environment);
      const { problems } = parsed.ok ? { problems: [] } : inShown(shown, parsed.error);
      return {
        file: file.name,
        exists: text !== undefined,
        text: maskText(shown),
        version: versionOf(text),
        problems: problems.map(viewOf),
      };
    },
    check: async (text) => (await restored(text)).problems.map(viewOf),
    apply: (text, version) =>
      inTurn(async () => {
        const edited = await restored(text);
        // From here to the write nothing waits, so that nobody else's edit comes between.
        const current = versionOf(file.read());
        if (current !== version) return { kind: 'conflict', version: current };
        if (edited.problems.length > 0) return { kind: 'problems', problems: edited.problems.map(viewOf) };
        const taken = await put(edited.text);
        if (!taken.ok) return { kind: 'problems', problems: [{ message: taken.error.detail }] };
        return { kind: 'applied', version: versionOf(edited.text), ...taken.value };
      }),
    setEnabled: (endpointId, enabled) =>
      inTurn(async () => {
        const text = file.read();
        if (text === undefined) return fail({ detail: `there is no ${file.name} yet: qcc init writes one` });
        const edited = setEndpointEnabled(text, endpointId, enabled, file.environment);
        if (!edited.ok) return fail({ detail: textOf(edited.error) });
        const parsed = await parseConfig(edited.value, file.environment);
        if (!parsed.ok) return fail({ detail: parsed.error.map(textOf).join('; ') });
        if (file.read() !== text) return fail({ detail: `${file.name} changed meanwhile` });
        const reloaded = await put(edited.value);
        return reloaded.ok ? ok(undefined) : reloaded;
      }),
  };
}

/** Problems of a text at their places in its masked form. */
function inShown(text: string, problems: readonly ConfigProblem[]): { problems: readonly ConfigProblem[] } {
  const { shown } = unmaskText(maskText(text), text);
  return { problems: problems.map(shown) };
}

const textOf = ({ path, message }: ConfigProblem): string => (path === '' ? message : `${path}: ${message}`);

function viewOf(problem: ConfigProblem): ConfigProblemView {
  const { line, column } = problem;
  return {
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    message: textOf(problem),
  };
}
