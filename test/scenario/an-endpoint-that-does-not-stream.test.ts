import { afterEach, describe, expect, it } from 'vitest';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  RESPONSES_REQUEST,
  upstream,
} from '../harness/gateway.ts';
import { MESSAGE, ownUpstream, type Seen } from '../harness/own-upstream.ts';

afterEach(closeAll);

const askedFor = ({ body }: { body: Buffer }): { stream?: boolean; background?: boolean } =>
  JSON.parse(body.toString()) as { stream?: boolean };
const streamsAsked = (seen: readonly { body: Buffer }[]) => seen.map((one) => askedFor(one).stream ?? false);

/** Answers with plain JSON whatever is asked for. */
const answersPlain = () =>
  ownUpstream((_: Seen, response) => {
    const body = Buffer.from(JSON.stringify(MESSAGE));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });

describe('an endpoint that does not stream', () => {
  it('stream_upstream: never sends calls as their clients made them', async () => {
    const model = await upstream({ text: 'as asked' });
    const gateway = await gatewayWith(cluster([model], () => ', stream_upstream: never'));
    const plain = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(await plain.json()).toMatchObject({ content: [{ text: 'as asked' }] });
    const streamed = await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: true });
    expect(await streamed.text()).toContain('event: message_stop');
    expect(streamsAsked(model.calls())).toEqual([false, true]);
  });

  it('auto streams what its client did not', async () => {
    const model = await upstream();
    const gateway = await gatewayWith(cluster([model]));
    await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(streamsAsked(model.calls())).toEqual([true]);
  });

  it('one that answers a streaming call with plain JSON is learned, and served as it is', async () => {
    const model = await answersPlain();
    const gateway = await gatewayWith(cluster([model]));
    for (const _ of [1, 2]) {
      const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
      expect(response.headers.get('content-type')).toContain('application/json');
      expect(await response.json()).toEqual(MESSAGE);
    }
    expect(streamsAsked(model.seen)).toEqual([true, false]);
  });

  it.each([{ body: 'html' as const }, { body: 'empty' as const }])(
    'a 200 with $body teaches nothing',
    async (page) => {
      const model = await upstream();
      model.enqueue(page);
      const gateway = await gatewayWith(`retry: { max: 0 }\n${cluster([model])}`);
      expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(502);
      await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
      expect(streamsAsked(model.calls())).toEqual([true, true]);
    },
  );

  it('a Responses call with background: true goes upstream as asked', async () => {
    const accepted = { id: 'resp_1', object: 'response', status: 'queued', background: true, output: [] };
    const vendor = await ownUpstream((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(accepted));
    });
    const gateway = await gatewayWith(cluster([vendor]));
    const body = { ...RESPONSES_REQUEST, background: true };
    const response = await post(`${gateway.url}/v1/responses`, body);
    expect(await response.json()).toEqual(accepted);
    expect(vendor.seen.map(({ body: sent }) => JSON.parse(sent.toString()))).toEqual([body]);
  });
});
