import { existsSync } from 'node:fs';
import { filesOf } from '../files.ts';
import type { Cli, Run } from '../given.ts';
import { untilInterrupted } from '../interrupt.ts';
import type { LogFilter, LogLevel } from '../ports.ts';

const USUAL_LINES = 50;

/** `proxy logs`: the file's newest lines, and with `-f` those that follow. */
export const proxyLogs: Run = async (cli, given) => {
  const { ports, screen } = cli;
  const file = filesOf(ports.home).log;
  if (!given.flag('follow') && !existsSync(file)) return screen.fail(screen.text('noLog', { file }));
  const level = given.text('level') as LogLevel | undefined;
  const grep = given.text('grep');
  const filter: LogFilter = { ...(level ? { level } : {}), ...(grep ? { grep } : {}) };
  const lines = given.number('lines') ?? USUAL_LINES;
  for (const line of ports.readLogTail(file, { lines, ...filter })) screen.line(line);
  return given.flag('follow') ? follow(cli, file, filter) : 0;
};

async function follow({ ports, screen }: Cli, file: string, filter: LogFilter): Promise<number> {
  const wanted = ports.lineFilter(filter);
  const following = ports.followLog(file, (line) => {
    if (wanted(line)) screen.line(line);
  });
  await untilInterrupted(ports);
  following.close();
  return 0;
}
