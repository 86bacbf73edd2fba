import { readFileSync } from 'node:fs';
import type * as Config from '../config/config.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Result } from '../domain/result.ts';
import { chooseEndpoint } from './choose.ts';
import { readConfigured } from './configured.ts';
import { filesOf } from './files.ts';
import { findGateway } from './gateway-state.ts';
import type { Cli } from './given.ts';

/** A change of config.yaml. */
export interface Edit {
  /** Old text to new text. */
  readonly edit: (
    text: string,
    config: typeof Config,
    environment: Config.Environment,
  ) => Result<string, Config.ConfigProblem>;
  /** What to say once it is written. */
  readonly done: () => string;
}

/** Changes config.yaml, comments kept: nothing is written unless the result is a valid configuration. */
export async function editConfig(cli: Cli, { edit, done }: Edit): Promise<number> {
  const { ports, screen } = cli;
  const file = filesOf(ports.home).config;
  const text = readText(file);
  if (text === undefined) return screen.fail(screen.text('noConfigFile', { file }));
  const config = await import('../config/config.ts');
  const environment: Config.Environment = {
    env: ports.env,
    readSecretFile: (path) => readFileSync(path, 'utf8'),
    configFolder: ports.home,
  };
  const edited = edit(text, config, environment);
  if (!edited.ok) return screen.fail(config.formatProblems(file, [edited.error]));
  const parsed = await config.parseConfig(edited.value, environment);
  if (!parsed.ok) {
    // Places in a text that is not written would point at the wrong lines of the one that stays.
    const problems = parsed.error.map(({ path, message }) => ({ path, message }));
    return screen.fail(
      `${screen.text('editRefused', { file })}\n${config.formatProblems(file, problems)}`,
      2,
    );
  }
  config.writeAtomically(file, edited.value);
  screen.line(done());
  const state = await findGateway(ports);
  if (state.kind === 'running') screen.remark('reloadsItself');
  return 0;
}

/** The endpoint of config.yaml that `word` means; a number is the exit code once it was said what is wrong. */
export async function chooseConfigured(cli: Cli, word: string): Promise<Endpoint | number> {
  const { ports, screen } = cli;
  const configured = await readConfigured(ports);
  switch (configured.kind) {
    case 'no-file':
      return screen.fail(screen.text('noConfigFile', { file: filesOf(ports.home).config }));
    case 'problems':
      return screen.problems(configured.text);
    case 'settings': {
      const all = configured.settings.clusters.flatMap(({ endpoints }) => endpoints);
      return chooseEndpoint(screen, all, word) ?? 1;
    }
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
