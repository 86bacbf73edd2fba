import { setTimeout as pause } from 'node:timers/promises';
import type { GatewayView } from '../../domain/view.ts';
import { findGateway, type Gateway } from '../gateway-state.ts';
import type { Cli, Run } from '../given.ts';
import { isAlive, terminate } from '../process.ts';
import { failWithout, showAnswer } from '../with-gateway.ts';

const POLL_MS = 150;
/** What a gateway may take besides its drain, and how long it has after a signal. */
const GRACE_MS = 15_000;
const USUAL_DRAIN_MS = 60_000;

/** `proxy stop`: asks the gateway to drain and waits until its process is gone. */
export const proxyStop: Run = async (cli) => {
  const state = await findGateway(cli.ports);
  switch (state.kind) {
    case 'running': {
      const { pid, gateway, view } = state;
      return showAnswer(cli, await gateway.post('stop'), () => awaitEnd(cli, pid, { gateway, view }));
    }
    case 'silent':
      // The id may belong to somebody else by now; then the pid file is a leftover.
      if (!state.isGateway) return failWithout(cli, { kind: 'stale', pid: state.pid });
      return signal(cli, state.pid);
    default:
      return failWithout(cli, state);
  }
};

/** A gateway that drains, and what it last said of itself. */
interface Draining {
  readonly gateway: Gateway;
  readonly view: GatewayView;
}

async function awaitEnd(cli: Cli, pid: number, draining: Draining): Promise<number> {
  const limitMs = (await drainMs(cli)) + GRACE_MS;
  if (!(await untilGone(cli, pid, limitMs, draining))) return signal(cli, pid);
  cli.screen.say('stopped', { pid });
  return 0;
}

async function signal(cli: Cli, pid: number): Promise<number> {
  const { screen } = cli;
  screen.remark('sendingSignal', { pid });
  if (!terminate(pid) && isAlive(pid)) return screen.fail(screen.text('signalFailed', { pid }));
  if (!(await untilGone(cli, pid, (await drainMs(cli)) + GRACE_MS))) {
    return screen.fail(screen.text('stillAlive', { pid }));
  }
  screen.say('stopped', { pid });
  return 0;
}

/** Waits for the process to go; false where it is still there after `limitMs`. */
async function untilGone(cli: Cli, pid: number, limitMs: number, draining?: Draining): Promise<boolean> {
  const { screen } = cli;
  let running = draining?.view.running ?? 0;
  for (let waitedMs = 0; isAlive(pid) && waitedMs < limitMs; waitedMs += POLL_MS) {
    const text = running > 0 ? screen.text('draining', { running }) : screen.text('stopping', { pid });
    screen.progress(text, waitedMs);
    await pause(POLL_MS);
    // A gateway that drains may have closed its doors: then the last number stands.
    const status = await draining?.gateway.get<GatewayView>('status');
    if (status?.ok) running = status.value.running;
  }
  screen.progressDone();
  return !isAlive(pid);
}

/** `drain` of the configuration. */
async function drainMs({ ports }: Cli): Promise<number> {
  const { readConfigured } = await import('../configured.ts');
  const configured = await readConfigured(ports);
  return configured.kind === 'settings' ? configured.settings.drainMs : USUAL_DRAIN_MS;
}
