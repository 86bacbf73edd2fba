import type { GatewayView } from '../../domain/view.ts';
import { ago, showEndpointStates } from '../endpoint-tables.ts';
import { count, duration, percent } from '../format.ts';
import { findGateway } from '../gateway-state.ts';
import type { Run } from '../given.ts';
import { showPairs } from '../pairs.ts';
import type { Screen } from '../screen.ts';
import { withoutControls } from '../width.ts';
import { failWithout } from '../with-gateway.ts';

/** `proxy status`. */
export const proxyStatus: Run = async (cli, given) => {
  const state = await findGateway(cli.ports);
  if (state.kind !== 'running') {
    if (given.flag('json')) cli.screen.json({ running: false });
    return failWithout(cli, state);
  }
  if (given.flag('json')) cli.screen.json(state.view);
  else await showGateway(cli.screen, state.view, Date.now());
  return 0;
};

async function showGateway(screen: Screen, view: GatewayView, now: number): Promise<void> {
  const { paint } = screen;
  const heading = screen.text(view.draining ? 'gatewayDrains' : 'gatewayRuns', { version: view.version });
  screen.line(view.draining ? paint.warning(heading) : paint.good(heading));
  const finished = view.successes + view.failures;
  showPairs(screen, [
    [screen.text('pid'), String(view.pid)],
    [screen.text('address'), view.addresses.join(', ')],
    [screen.text('config'), configText(screen, view, now)],
    [screen.text('uptime'), duration(now - view.startedAt)],
    [
      screen.text('requests'),
      screen.text('requestCounts', {
        requests: count(view.requests),
        running: count(view.running),
        lifetime: count(view.lifetime.requests),
      }),
    ],
    [screen.text('success'), finished > 0 ? percent(view.successes / finished) : '-'],
    [screen.text('meanTime'), view.meanMs === undefined ? '-' : duration(view.meanMs)],
  ]);
  if (view.config.problem) {
    screen.line(paint.bad(screen.text('configProblem')));
    for (const line of view.config.problem.split('\n')) screen.line(`  ${withoutControls(line)}`);
  }
  screen.line();
  await showEndpointStates(screen, view.endpoints);
}

function configText(screen: Screen, { config }: GatewayView, now: number): string {
  if (config.demo) return screen.text('configDemo');
  return screen.text('configLoaded', { file: config.file, age: ago(screen, now - config.loadedAt) });
}
