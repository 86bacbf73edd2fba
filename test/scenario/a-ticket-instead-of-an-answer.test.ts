import { afterEach, describe, expect, it } from 'vitest';
import { expectedText } from '../../src/simulator/simulator.ts';
import { memoryStore } from '../../src/storage/storage.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  until,
  upstream,
} from '../harness/gateway.ts';

afterEach(closeAll);

const ASYNC = { prefer: 'respond-async' };
const fetchAnswer = (url: string, key = 'client-key') => fetch(url, { headers: { 'x-api-key': key } });

describe('a ticket instead of an answer', () => {
  it('is fetched when the answer is there, by its owner only, more than once', async () => {
    const model = await upstream({ firstEventMs: 200, text: 'worth waiting' });
    const gateway = await gatewayWith(cluster([model]));
    const ticket = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, ASYNC);
    expect(ticket.status).toBe(202);
    const where = gateway.url + ticket.headers.get('location');
    const answer = await fetchAnswer(where);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      content: [{ text: expectedText({ text: 'worth waiting' }) }],
    });
    expect((await fetchAnswer(where)).status).toBe(200);
    expect((await fetchAnswer(where, 'another')).status).toBe(404);
    expect(model.counts().started).toBe(1);
  });

  it('streams from an offset', async () => {
    const model = await upstream({ events: 5, eventMs: 20 });
    const gateway = await gatewayWith(cluster([model]));
    const ticket = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, ASYNC);
    const where = gateway.url + ticket.headers.get('location');
    const whole = await (await fetchAnswer(`${where}?stream=true`)).text();
    expect(whole).toContain('event: message_stop');
    const rest = await (await fetchAnswer(`${where}?stream=true&from=100`)).text();
    expect(rest).toBe(whole.slice(100));
  });

  it('streams what is no stream from an offset, too, with the length that is left', async () => {
    const model = await upstream({ text: 'in one piece' });
    const gateway = await gatewayWith(cluster([model], () => ', stream_upstream: never'));
    const ticket = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, ASYNC);
    const where = gateway.url + ticket.headers.get('location');
    const whole = await (await fetchAnswer(where)).text();
    const rest = await (await fetchAnswer(`${where}?stream=true&from=10`)).text();
    expect(rest).toBe(whole.slice(10));
  });

  it('survives a restart once it is finished', async () => {
    const model = await upstream({ text: 'kept' });
    const store = memoryStore();
    const before = await gatewayWith(cluster([model]), { store });
    const ticket = await post(`${before.url}/v1/messages`, ANTHROPIC_REQUEST, ASYNC);
    await until(() => model.counts().finished === 1);
    await until(async () => (await before.view()).running === 0);
    const after = await gatewayWith(cluster([model]), { store });
    const answer = await fetchAnswer(after.url + ticket.headers.get('location'));
    expect(await answer.json()).toMatchObject({ content: [{ text: expectedText({ text: 'kept' }) }] });
    expect(model.counts().started).toBe(1);
  });

  it('tells the error of an exchange that failed, with its status', async () => {
    const model = await upstream({ status: 400 });
    const gateway = await gatewayWith(cluster([model]));
    const ticket = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, ASYNC);
    expect(ticket.status).toBe(202);
    expect((await fetchAnswer(gateway.url + ticket.headers.get('location'))).status).toBe(400);
  });

  it('that nobody ever had is a 404', async () => {
    const gateway = await gatewayWith(cluster([await upstream()]));
    expect((await fetchAnswer(`${gateway.url}/__qcc__/exchanges/req-none/answer`)).status).toBe(404);
  });
});
