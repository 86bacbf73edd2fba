import { afterEach, describe, expect, it } from 'vitest';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, post, upstream } from '../harness/gateway.ts';
import { MESSAGE, ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

/** Blanks, an unknown field, an order of its own: what a re-serializer would lose. */
const BODY = '{ "type":"error",\n  "error":{"type":"invalid_request_error","message":"no",  "x":[1.0]}}\n';

describe('a 4xx is passed through as it is', () => {
  it.each([400, 404, 405, 409, 413, 415, 418, 422, 424, 451])(
    '%i: one attempt, nothing held against it',
    async (status) => {
      const own = await ownUpstream((_, response) => {
        response.writeHead(status, {
          'content-type': 'application/json; odd',
          'request-id': 'req_up',
          'X-Odd': 'Yes',
        });
        response.end(BODY);
      });
      const spare = await upstream();
      const gateway = await gatewayWith(cluster([own, spare], () => ', max_failures: 1'));
      for (const stream of [true, false]) {
        const response = await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream });
        expect(response.status).toBe(status);
        expect(await response.text()).toBe(BODY);
        expect(response.headers.get('content-type')).toBe('application/json; odd');
        expect(response.headers.get('request-id')).toBe('req_up');
        expect(response.headers.get('x-odd')).toBe('Yes');
        expect(response.headers.get('x-qcc-attempts')).toBe('1');
        expect(response.headers.get('x-qcc-error')).toBeNull();
      }
      expect(own.seen).toHaveLength(2);
      expect(spare.counts().started).toBe(0);
      const [endpoint] = (await gateway.view()).endpoints;
      expect(endpoint).toMatchObject({ consecutiveFailures: 0, inQueue: false });
      expect(gateway.log.events.filter(({ kind }) => kind === 'rejected')).toHaveLength(2);
    },
  );
});

describe('a refused key is not the client’s fault', () => {
  it.each([401, 402, 403])('%i: another endpoint answers, this one is taken out at once', async (status) => {
    const own = await ownUpstream((_, response) => response.writeHead(status).end(BODY));
    const good = await ownUpstream((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(MESSAGE)),
    );
    const gateway = await gatewayWith(cluster([own, good]));
    for (let i = 0; i < 2; i += 1) {
      const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
      expect(response.status).toBe(200);
      expect(response.headers.get('x-qcc-attempts')).toBe(i === 0 ? '2' : '1');
    }
    expect(own.seen).toHaveLength(1);
    const [endpoint] = (await gateway.view()).endpoints;
    expect(endpoint).toMatchObject({ inQueue: true, health: 'unhealthy' });
    expect(gateway.log.events.find(({ kind }) => kind === 'circuit-open')).toMatchObject({
      detail: `HTTP ${status}`,
    });
  });
});
