import type { CliPorts } from './ports.ts';

export { birthOf, pidFileText } from './pid-file.ts';

export type {
  CliPorts,
  DemoProgress,
  Keyboard,
  LogFilter,
  LogLevel,
  LogTailOptions,
  StartedGateway,
  StartOptions,
  Terminal,
} from './ports.ts';

/**
 * Runs one command.
 *
 * @param argv the words after `qcc`: `process.argv.slice(2)`.
 * @returns the exit code: 0 done, 1 failed, 2 a usage or configuration error.
 */
export async function runCli(argv: readonly string[], ports: CliPorts): Promise<number> {
  const { runCommandLine } = await import('./program.ts');
  return runCommandLine(argv, ports);
}
