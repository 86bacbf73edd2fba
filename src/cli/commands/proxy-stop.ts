import { setTimeout as pause } from 'node:timers/promises';
import type { GatewayView } from '../../domain/view.ts';
import { findGateway, type Gateway } from '../gateway-state.ts';
import type { Cli, Run } from '../given.ts';
import { isAlive, looksLikeGateway, terminate } from '../process.ts';
import { failWithout, showAnswer } from '../with-gateway.ts';

const POLL_MS = 150;
/** What a gateway may take besides its drain, and how long it has after a signal. */
const GRACE_MS = 15_000;
const USUAL_DRAIN_MS = 60_000;

/** `proxy stop`: asks the gateway to drain and waits until its process is gone. */
export const proxyStop: Run = async (cli) => {
  const state = await findGateway(cli.ports);
  switch (state.kind) {
    case 'running':
      return showAnswer(cli, await state.gateway.post('stop'), () => awaitEnd(cli, state.pid, state.gateway));
    case 'silent':
      // The id may belong to somebody else by now; then the pid file is a leftover.
      if (!looksLikeGateway(state.pid)) return failWithout(cli, { kind: 'stale', pid: state.pid });
      return signal(cli, state.pid);
    default:
      return failWithout(cli, state);
  }
};

async function awaitEnd(cli: Cli, pid: number, gateway: Gateway): Promise<number> {
  const limitMs = (await drainMs(cli)) + GRACE_MS;
  if (!(await untilGone(cli, pid, limitMs, gateway))) return signal(cli, pid);
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

/** Shows how many requests are still running, as long as the gateway says so. */
async function untilGone(cli: Cli, pid: number, limitMs: number, gateway?: Gateway): Promise<boolean> {
  const { screen } = cli;
  for (let waitedMs = 0; isAlive(pid); waitedMs += POLL_MS) {
    if (waitedMs >= limitMs) {
      screen.progressDone();
      return false;
    }
    const status = await gateway?.get<GatewayView>('status');
    if (status?.ok) screen.progress(screen.text('draining', { running: status.value.running }));
    else screen.progress(screen.text('stopping', { pid }));
    await pause(POLL_MS);
  }
  screen.progressDone();
  return true;
}

/** `drain` of the configuration. */
async function drainMs({ ports }: Cli): Promise<number> {
  const { readConfigured } = await import('../configured.ts');
  const configured = await readConfigured(ports);
  return configured.kind === 'settings' ? configured.settings.drainMs : USUAL_DRAIN_MS;
}
