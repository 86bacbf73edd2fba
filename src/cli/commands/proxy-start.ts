import { filesOf } from '../files.ts';
import { findGateway } from '../gateway-state.ts';
import type { Cli, Given, Run } from '../given.ts';
import type { StartedGateway } from '../ports.ts';

/** `proxy start`: runs the gateway here, or as a process of its own. */
export const proxyStart: Run = async (cli, given) => {
  const { ports, screen } = cli;
  const state = await findGateway(ports);
  if (state.kind === 'running') {
    return screen.fail(screen.text('alreadyRunning', { pid: state.pid, address: state.gateway.address }));
  }
  const occupied = state.kind === 'refused' || (state.kind === 'silent' && state.isGateway);
  if (occupied) return screen.fail(screen.text('alreadyRunning', { pid: state.pid, address: state.address }));
  if (given.flag('detach')) {
    const { startDetached } = await import('./proxy-detach.ts');
    return startDetached(cli, startWords(given));
  }
  return startHere(cli, given);
};

async function startHere(cli: Cli, given: Given): Promise<number> {
  const { ports, screen } = cli;
  const [host, port, cluster] = [given.text('host'), given.number('port'), given.text('cluster')];
  const configFile = filesOf(ports.home).config;
  const started = await ports.startGateway({
    configFile,
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(cluster === undefined ? {} : { cluster }),
  });
  if (!started.ok) return screen.fail(started.error.detail, started.error.exitCode);
  greet(cli, started.value, configFile);
  return started.value.stopped;
}

function greet({ screen }: Cli, { addresses, demo }: StartedGateway, configFile: string): void {
  for (const address of addresses) screen.say('listening', { address });
  if (demo) {
    const address = addresses[0] ?? '';
    screen.say('demoCluster', { file: configFile });
    screen.line();
    screen.say('demoTry', { address });
    screen.line();
    screen.say('demoInit');
  } else {
    screen.say('usesConfig', { file: configFile });
  }
  screen.say('howToStop');
}

/** The same command, for the process that will run the gateway. */
function startWords(given: Given): string[] {
  const words = ['proxy', 'start'];
  for (const name of ['host', 'port', 'cluster']) {
    const value = given.text(name);
    if (value !== undefined) words.push(`--${name}`, value);
  }
  return words;
}
