import { afterEach, describe, expect, it, vi } from 'vitest';
import { Exchange, LIFE, type State } from '../../src/exchange/life.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  until,
  upstream,
} from '../harness/gateway.ts';

afterEach(async () => {
  await closeAll();
  vi.restoreAllMocks();
});

/** Each move of every exchange: `waiting attempting`. */
function moves(): Set<string> {
  const seen = new Set<string>();
  const enter = Exchange.prototype.enter;
  const end = Exchange.prototype.end;
  vi.spyOn(Exchange.prototype, 'enter').mockImplementation(function (this: Exchange, state: State) {
    seen.add(`${this.state.kind} ${state.kind}`);
    enter.call(this, state);
  });
  vi.spyOn(Exchange.prototype, 'end').mockImplementation(function (this: Exchange) {
    seen.add(`${this.state.kind} ended`);
    end.call(this);
  });
  return seen;
}

const DRAWN = new Set(
  Object.entries(LIFE).flatMap(([from, to]) => Object.keys(to).map((state) => `${from} ${state}`)),
);

describe('an exchange lives as it is drawn', () => {
  it('answered at once, after failures and pauses, broken, refused, and cancelled', async () => {
    const seen = moves();
    const good = await upstream();
    const bad = await upstream({ status: 503 });
    const breaking = await upstream({ events: 10, reset: 5, eventMs: 5 });
    const silent = await upstream({ hang: 'before-head' });
    const one = async (yaml: string, stream: boolean) => {
      const gateway = await gatewayWith(`retry: { max: 1, base: 1ms, cap: 1ms }\n${yaml}`);
      const response = await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream });
      await response.text().catch(() => undefined);
    };
    await one(cluster([good]), false);
    await one(cluster([good]), true);
    await one(cluster([bad]), false);
    await one(cluster([bad, good]), true);
    await one(cluster([breaking]), true);
    const gateway = await gatewayWith(`disconnect: { policy: cancel }\n${cluster([silent])}`);
    const abort = new AbortController();
    const asked = fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify(ANTHROPIC_REQUEST),
      signal: abort.signal,
    }).catch(() => undefined);
    await until(() => silent.counts().started === 1);
    abort.abort();
    await asked;
    await until(async () => (await gateway.view()).running === 0);
    expect([...seen].filter((move) => !DRAWN.has(move))).toEqual([]);
    expect([...seen].sort()).toEqual(
      [
        'attempting streaming',
        'attempting waiting',
        'streaming waiting',
        'waiting attempting',
        'waiting ended',
        'waiting waiting',
      ].sort(),
    );
  });
});
