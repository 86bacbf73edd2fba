import { setTimeout as sleep } from 'node:timers/promises';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { GatewayView, LiveView } from '../../domain/view.ts';
import { type FullScreen, openFullScreen } from '../full-screen.ts';
import type { Trouble } from '../gateway-client.ts';
import { findGateway, type Gateway } from '../gateway-state.ts';
import type { Cli, Run } from '../given.ts';
import { untilInterrupted } from '../interrupt.ts';
import { PLAIN } from '../screen.ts';
import { type TopOrder, topFrame } from '../top-frame.ts';
import { showAnswer, withGateway } from '../with-gateway.ts';

const LOOK_AGAIN_MS = 1_000;
const CTRL_C = '\u0003';
const ORDERS: Readonly<Record<string, TopOrder>> = { e: 'elapsed', s: 'silence' };

/** `top`: what runs now, until `q`; one frame where nobody watches a terminal, or with `--once`. */
export const top: Run = (cli, given) =>
  withGateway(cli, (gateway, view) => {
    const { ports } = cli;
    const watchable = ports.stdout.isTTY === true && ports.env.TERM !== 'dumb';
    const once = given.flag('once') || given.flag('json') || !watchable;
    return once ? showOnce(cli, gateway, view, given.flag('json')) : watch(cli, gateway, view);
  });

async function showOnce(cli: Cli, gateway: Gateway, view: GatewayView, json: boolean): Promise<number> {
  const { screen } = cli;
  return showAnswer(cli, await firstLive(gateway), (live) => {
    if (json) screen.json(live);
    else {
      const look = { text: screen.text, paint: PLAIN };
      const state = { address: gateway.address, gateway: view, live, order: 'elapsed' } as const;
      for (const line of topFrame(look, state, { width: screen.width })) screen.line(line);
    }
    return 0;
  });
}

async function firstLive(gateway: Gateway): Promise<Result<LiveView, Trouble>> {
  const enough = new AbortController();
  let first: LiveView | undefined;
  const ended = await gateway.live((message) => {
    if (message.kind !== 'live') return;
    first ??= message.data;
    enough.abort();
  }, enough.signal);
  if (first) return ok(first);
  return ended.ok ? fail({ kind: 'silent', detail: 'no live view came' }) : ended;
}

/** What is shown, and by whom it was told. */
interface Watching {
  gateway: Gateway;
  view: GatewayView;
  live?: LiveView;
  order: TopOrder;
  goneSince?: number;
}

async function watch(cli: Cli, gateway: Gateway, view: GatewayView): Promise<number> {
  const { ports } = cli;
  const watching: Watching = { gateway, view, order: 'elapsed' };
  const leaving = new AbortController();
  const draw = (): void => drawOn(full, cli, watching);
  const full = openFullScreen(ports.stdout, draw);
  const deaf = ports.keyboard?.listen((key) => {
    if (key === 'q' || key === 'Q' || key === CTRL_C) leaving.abort();
    watching.order = ORDERS[key.toLowerCase()] ?? watching.order;
    draw();
  });
  void untilInterrupted(ports, ['SIGHUP', 'SIGQUIT']).then(() => leaving.abort());
  try {
    const trouble = await followTop(cli, watching, draw, leaving.signal);
    full.close();
    return trouble ? await showAnswer(cli, fail(trouble), () => 1) : 0;
  } finally {
    deaf?.();
    full.close();
  }
}

/** Until the user leaves, over restarts of the gateway; a refusal ends it. */
async function followTop(
  cli: Cli,
  watching: Watching,
  draw: () => void,
  signal: AbortSignal,
): Promise<Trouble | undefined> {
  while (!signal.aborted) {
    const ended = await watching.gateway.live((message) => {
      if (message.kind !== 'live') return;
      watching.live = message.data;
      delete watching.goneSince;
      draw();
    }, signal);
    if (signal.aborted) return undefined;
    if (!ended.ok && ended.error.kind === 'refused') return ended.error;
    await waitForReturn(cli, watching, draw, signal);
  }
  return undefined;
}

/** Looks for it once a second, and says for how long already. */
async function waitForReturn(
  { ports }: Cli,
  watching: Watching,
  draw: () => void,
  signal: AbortSignal,
): Promise<void> {
  watching.goneSince ??= Date.now();
  while (!signal.aborted) {
    draw();
    await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const state = await findGateway(ports);
    if (state.kind !== 'running') continue;
    watching.gateway = state.gateway;
    watching.view = state.view;
    return;
  }
}

function drawOn(full: FullScreen, { screen }: Cli, watching: Watching): void {
  const { live, gateway, view, order, goneSince } = watching;
  if (!live) return full.show([screen.text('topWaits', { address: gateway.address })]);
  const state = {
    address: gateway.address,
    gateway: view,
    live,
    order,
    ...(goneSince === undefined ? {} : { goneMs: Date.now() - goneSince }),
  };
  full.show(topFrame(screen, state, full.size()));
}
