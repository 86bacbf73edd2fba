import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { readConfigured } from '../configured.ts';
import type { Run } from '../given.ts';
import type { CliPorts } from '../ports.ts';
import { withGateway } from '../with-gateway.ts';
import { ANY_KEY, hasAnthropicKey, keyNames } from './env.ts';

/** As shells say that there is no such program. */
const NOT_FOUND = 127;

/** `claude [args]`: Claude Code through the gateway. */
export const claude: Run = (cli, given) =>
  withGateway(cli, async ({ address }) => {
    const { ports, screen } = cli;
    const program = whereIs('claude', ports.env);
    if (!program) return screen.fail(screen.text('claudeMissing'), NOT_FOUND);
    const added: Record<string, string> = { ANTHROPIC_BASE_URL: address };
    if (!hasAnthropicKey(ports.env)) {
      const names = keyNames(await readConfigured(ports));
      if (names) return screen.fail(screen.text('claudeNeedsKey', { names }));
      added.ANTHROPIC_AUTH_TOKEN = ANY_KEY;
    }
    const exitCode = await ports.runProgram(program, given.words, added);
    if (exitCode === NOT_FOUND) return screen.fail(screen.text('claudeMissing'), NOT_FOUND);
    return exitCode;
  });

/** Path of a program as a shell would find it. */
function whereIs(program: string, env: CliPorts['env']): string | undefined {
  const endings = process.platform === 'win32' ? ['.cmd', '.exe', ''] : [''];
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders
    .flatMap((folder) => endings.map((ending) => join(folder, program + ending)))
    .find((file) => isProgram(file));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
