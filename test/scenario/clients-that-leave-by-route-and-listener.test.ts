import { afterEach, describe, expect, it } from 'vitest';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, until, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

const NO_GRACE = 'disconnect: { policy: auto, cut_silence: 10s, grace: 10ms }\n';
const ROUTES = (policy: string) => `routes: [{ match: { model: "claude-*" }, on_disconnect: ${policy} }]\n`;
const LISTEN = (more: string) => `listen: [{ host: 127.0.0.1, port: 0, ${more} }]\n`;

async function askAndHangUp(
  url: string,
  headers: Record<string, string> = {},
  { stream = true, ms = 150 } = {},
): Promise<void> {
  const init = {
    method: 'POST',
    headers: { 'x-api-key': 'client-key', ...headers },
    body: JSON.stringify({ ...ANTHROPIC_REQUEST, stream }),
    signal: AbortSignal.timeout(ms),
  };
  await fetch(`${url}/v1/messages`, init)
    .then((response) => response.text())
    .catch(() => undefined);
}

const FLOWS = { eventMs: 30, events: 30 };
const SILENT = { firstEventMs: 900 };
const KEPT = { finished: 1, cancelled: 0 };
const CANCELLED = { finished: 0, cancelled: 1 };

describe('what becomes of a call whose client is gone', () => {
  it.each([
    ['a route keeps', NO_GRACE + ROUTES('keep'), KEPT],
    [
      'a route cancels, whatever is set for all',
      `disconnect: { policy: keep }\n${ROUTES('cancel')}`,
      CANCELLED,
    ],
    ['a listener keeps', NO_GRACE + LISTEN('on_disconnect: keep'), KEPT],
    ['a listener cancels', `disconnect: { policy: keep }\n${LISTEN('on_disconnect: cancel')}`, CANCELLED],
    ['a route goes before its listener', LISTEN('on_disconnect: cancel') + ROUTES('keep'), KEPT],
    ['nothing is said: it left, and is cancelled', NO_GRACE, CANCELLED],
  ])('%s', async (_, yaml, counts) => {
    const model = await upstream(FLOWS);
    const gateway = await gatewayWith(yaml + cluster([model]));
    await askAndHangUp(gateway.url);
    await until(() => model.counts().finished + model.counts().cancelled === 1);
    expect(model.counts()).toMatchObject(counts);
  });

  it.each([
    ['it had been silent for 80 % of its edge’s silence', LISTEN('edge: { silence: 100s }'), {}, CANCELLED],
    ['the edge is quicker', `heartbeat: { every: 1h }\n${LISTEN('edge: { silence: 200ms }')}`, {}, CANCELLED],
    ['its edge’s total was reached', LISTEN('edge: { silence: 100s, total: 200ms }'), {}, KEPT],
    ['its own patience had run out', '', { 'x-stainless-timeout': '0.2' }, KEPT],
    ['its own patience had not', '', { 'x-stainless-timeout': '600' }, CANCELLED],
  ])('cut or left: %s', async (_, yaml, headers, counts) => {
    const model = await upstream(SILENT);
    const gateway = await gatewayWith(NO_GRACE + yaml + cluster([model]));
    await askAndHangUp(gateway.url, headers, { stream: false, ms: 300 });
    await until(() => model.counts().finished + model.counts().cancelled === 1);
    expect(model.counts()).toMatchObject(counts);
  });
});
