import type { Result } from '../domain/result.ts';
import type { GatewayView } from '../domain/view.ts';
import type { Trouble } from './gateway-client.ts';
import { findGateway, type Gateway, type GatewayState } from './gateway-state.ts';
import type { Cli } from './given.ts';

/** Runs `work` with the running gateway; where there is none, says how to start it and ends with 1. */
export async function withGateway(
  cli: Cli,
  work: (gateway: Gateway, view: GatewayView) => Promise<number>,
): Promise<number> {
  const state = await findGateway(cli.ports);
  return state.kind === 'running' ? work(state.gateway, state.view) : failWithout(cli, state);
}

/** Says why there is no gateway to talk to, and what to do. */
export function failWithout({ screen }: Cli, state: Exclude<GatewayState, { kind: 'running' }>): number {
  switch (state.kind) {
    case 'absent':
      return screen.fail(screen.text('notRunning'));
    case 'stale':
      return screen.fail(screen.text('notRunningStale', { pid: state.pid }));
    case 'silent':
      return screen.fail(
        screen.text('gatewaySilent', { pid: state.pid, address: state.address, detail: state.detail }),
      );
    case 'refused':
      return screen.fail(screen.text('gatewayRefused', { address: state.address, message: state.message }));
  }
}

/** Shows a result of the admin API, or why there is none. */
export async function showAnswer<T>(
  { screen }: Cli,
  answer: Result<T, Trouble>,
  show: (value: T) => number | Promise<number>,
): Promise<number> {
  if (answer.ok) return show(answer.value);
  return screen.fail(
    answer.error.kind === 'silent'
      ? screen.text('gatewayGone', { detail: answer.error.detail })
      : answer.error.message,
  );
}
