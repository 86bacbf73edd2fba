import { afterEach, describe, expect, it } from 'vitest';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, post, until } from '../harness/gateway.ts';
import { MESSAGE_EVENTS, openMessage, ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

async function held() {
  let answer: () => void = () => undefined;
  const own = await ownUpstream((_, response) => {
    answer = () => {
      openMessage(response);
      response.end(MESSAGE_EVENTS.delta('it was worth it') + MESSAGE_EVENTS.end);
    };
  });
  return { url: own.url, seen: own.seen, answer: () => answer() };
}

describe('a client that was cut off comes back while the gateway stops', () => {
  it('and gets its answer: joining needs no new call; others are sent away', async () => {
    const model = await held();
    const gateway = await gatewayWith(`drain: 30s\ndisconnect: { cut_silence: 50ms }\n${cluster([model])}`);
    const abort = new AbortController();
    const cut = fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify(ANTHROPIC_REQUEST),
      headers: { 'content-type': 'application/json', 'x-api-key': 'client-key' },
      signal: abort.signal,
    }).catch(() => undefined);
    await until(() => model.seen.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    abort.abort();
    await cut;
    await until(() => gateway.log.events.some(({ kind }) => kind === 'detached'));
    const stopped = gateway.stop();
    const other = await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, max_tokens: 7 });
    expect([other.status, other.headers.get('retry-after')]).toEqual([503, '1']);
    const back = post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    await until(() => gateway.log.events.some(({ kind }) => kind === 'joined'));
    model.answer();
    const response = await back;
    expect(response.headers.get('x-qcc-joined')).toBe('live');
    expect(await response.text()).toContain('it was worth it');
    await stopped;
    expect(model.seen).toHaveLength(1);
  });
});
