import { afterEach, describe, expect, it } from 'vitest';
import {
  type AskOptions,
  ask,
  askWhole,
  jsonOf,
  requestOf,
  until,
} from '../../test/doubles/simulator-client.ts';
import { PROTOCOLS } from '../domain/protocol.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';

let simulator: Simulator;
const start = async (options: SimulatorOptions = {}): Promise<void> => {
  simulator = await startSimulator(options);
};
afterEach(() => simulator.close());

const get = (path: string, headers = {}) => askWhole(simulator, { method: 'GET', path, headers });
const steer = (method: string, name: string, body: unknown = '') =>
  askWhole(simulator, {
    method,
    path: `/__sim__/${name}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('credentials', () => {
  it.each(PROTOCOLS)('%s: a wrong one is a 401, each is counted apart', async (protocol) => {
    await start({ keys: ['key-a', 'key-b'] });
    const as = (headers: Record<string, string>) => askWhole(simulator, { protocol, headers });
    expect((await as({ 'x-api-key': 'key-a' })).status).toBe(200);
    expect((await as({ authorization: 'Bearer key-b' })).status).toBe(200);
    expect((await as({ authorization: 'Bearer key-c' })).status).toBe(401);
    expect((await as({})).status).toBe(401);
    expect(simulator.counts()).toMatchObject({ started: 4, finished: 2, rejected: 2 });
    expect(simulator.counts('key-b')).toMatchObject({ started: 1, finished: 1 });
    expect(simulator.counts('key-c')).toMatchObject({ started: 1, rejected: 1 });
    expect(simulator.counts('key-d')).toMatchObject({ started: 0 });
    expect(simulator.calls().map(({ key }) => key)).toEqual(['key-a', 'key-b', 'key-c', '']);
  });

  it('are asked for by model lists, not by a greeting', async () => {
    await start({ keys: ['key-a'] });
    expect((await get('/v1/models')).status).toBe(401);
    expect((await askWhole(simulator, { method: 'HEAD', path: '/' })).status).toBe(200);
  });
});

describe('models', () => {
  it.each(PROTOCOLS)('%s: an unknown one is a 404', async (protocol) => {
    await start({ models: ['sim-model'] });
    expect((await askWhole(simulator, { protocol })).status).toBe(200);
    const body = JSON.stringify({ ...requestOf(protocol), model: 'other' });
    const asking = await askWhole(simulator, { protocol, body });
    expect(asking.status).toBe(404);
    const { error } = jsonOf(asking);
    if (protocol === 'anthropic-messages') expect(error.type).toBe('not_found_error');
    else expect(error.code).toBe('model_not_found');
  });

  it('are listed in the shape of the vendor asked for', async () => {
    await start({ models: ['one', 'two/deep'] });
    const anthropic = { 'anthropic-version': '2023-06-01' };
    expect(jsonOf(await get('/v1/models?limit=1000', anthropic))).toMatchObject({
      data: [
        { type: 'model', id: 'one' },
        { type: 'model', id: 'two/deep' },
      ],
      has_more: false,
      first_id: 'one',
      last_id: 'two/deep',
    });
    expect(jsonOf(await get('/pre/v1/models'))).toMatchObject({
      object: 'list',
      data: [{ id: 'one', object: 'model' }, { id: 'two/deep' }],
    });
    expect(jsonOf(await get('/v1/models/two%2Fdeep'))).toMatchObject({ id: 'two/deep', object: 'model' });
    expect((await get('/v1/models/three', anthropic)).status).toBe(404);
  });
});

describe('paths', () => {
  it.each<[AskOptions, number]>([
    [{ method: 'HEAD', path: '/' }, 200],
    [{ method: 'HEAD', path: '/api/hello' }, 200],
    [{ method: 'GET', path: '/prefix/api/hello' }, 200],
    [{ method: 'POST', path: '/' }, 405],
    [{ method: 'GET', path: '/v1/messages' }, 405],
    [{ method: 'POST', path: '/v1/messages/extra' }, 404],
    [{ method: 'GET', path: '/nowhere' }, 404],
  ])('%j: %i', async (options, status) => {
    await start();
    expect((await askWhole(simulator, options)).status).toBe(status);
  });

  it('a body over the limit is a 413', async () => {
    await start();
    const body = 'x'.repeat(33 * 1_048_576);
    const asking = await askWhole(simulator, { body });
    expect(asking.status).toBe(413);
    expect(jsonOf(asking).error.type).toBe('request_too_large');
  });
});

describe('scripts', () => {
  it('go by header, then queue, then default', async () => {
    await start({ script: { status: 500 } });
    simulator.enqueue({ status: 501 }, { status: 502 });
    const statuses: (number | undefined)[] = [];
    for (const options of [{ script: { status: 503 } }, {}, { path: '/v1/models', method: 'GET' }, {}, {}]) {
      statuses.push((await askWhole(simulator, options)).status);
    }
    expect(statuses).toEqual([503, 501, 500, 502, 500]);
    simulator.program({});
    expect((await askWhole(simulator)).status).toBe(200);
  });

  it('that are bad throw, and change nothing', async () => {
    await start();
    expect(() => simulator.program({ status: 1 })).toThrow(TypeError);
    expect(() => simulator.enqueue({ status: 503 }, { events: -1 })).toThrow(/events/);
    expect((await askWhole(simulator)).status).toBe(200);
    await expect(startSimulator({ script: { status: 1 } })).rejects.toThrow(/status/);
  });

  it('reset goes back to the first one', async () => {
    await start({ script: { status: 500 } });
    simulator.program({ status: 501 });
    simulator.enqueue({ status: 502 });
    await askWhole(simulator);
    simulator.reset();
    expect(simulator.calls()).toEqual([]);
    expect(simulator.counts()).toMatchObject({ started: 0, rejected: 0 });
    expect((await askWhole(simulator)).status).toBe(500);
  });

  it('a call from before a reset is not counted after it', async () => {
    await start();
    const asking = ask(simulator, { script: { hang: 1 }, stream: true });
    await until(() => simulator.counts().started === 1);
    simulator.reset();
    asking.leave();
    await askWhole(simulator);
    expect(simulator.counts()).toMatchObject({ started: 1, finished: 1, cancelled: 0 });
  });
});

describe('the control endpoint', () => {
  it('reads and replaces the default script', async () => {
    await start({ script: { events: 2 } });
    expect(jsonOf(await steer('GET', 'script'))).toEqual({ events: 2 });
    expect((await steer('PUT', 'script', { status: 503 })).status).toBe(200);
    expect((await askWhole(simulator)).status).toBe(503);
  });

  it('queues one script or several', async () => {
    await start();
    await steer('POST', 'enqueue', { status: 500 });
    expect(jsonOf(await steer('POST', 'enqueue', [{ status: 501 }, { status: 502 }]))).toEqual({
      enqueued: 2,
    });
    const statuses: (number | undefined)[] = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await askWhole(simulator)).status);
    expect(statuses).toEqual([500, 501, 502, 200]);
  });

  it('shows counts and calls without a credential, and resets', async () => {
    await start();
    await askWhole(simulator, { headers: { 'x-api-key': 'sk-secret', authorization: 'Bearer sk-secret' } });
    const counts = await steer('GET', 'counts');
    expect(jsonOf(counts).all).toMatchObject({ started: 1, finished: 1 });
    expect(Object.values(jsonOf(counts).byCredential)).toEqual([jsonOf(counts).all]);
    const calls = await steer('GET', 'calls');
    expect(jsonOf(calls)).toMatchObject([
      { method: 'POST', path: '/v1/messages', bodyBytes: expect.any(Number) },
    ]);
    expect(counts.bytes.toString() + calls.bytes.toString()).not.toContain('sk-secret');
    expect((await steer('POST', 'reset')).status).toBe(200);
    expect(jsonOf(await steer('GET', 'calls'))).toEqual([]);
  });

  it.each([
    ['PUT', 'script', { colour: 'red' }, 400, 'colour'],
    ['POST', 'enqueue', [{}, { events: 'many' }], 400, 'events'],
    ['PUT', 'script', '{"status":', 400, 'JSON'],
    ['DELETE', 'script', '', 405, 'GET, PUT'],
    ['GET', 'constructor', '', 404, 'enqueue'],
  ])('%s %s %j: %i', async (method, name, body, status, word) => {
    await start();
    const asking = await steer(method, name, body);
    expect(asking.status).toBe(status);
    expect(jsonOf(asking).error.message).toContain(word);
  });
});

describe('recorded calls', () => {
  it('are whole, and at most 1,000', async () => {
    await start();
    const body = JSON.stringify(requestOf('openai-chat'));
    await askWhole(simulator, { protocol: 'openai-chat', body, headers: { 'X-Mixed': 'a' } });
    expect(simulator.calls()[0]).toMatchObject({
      path: '/v1/chat/completions',
      query: '',
      headers: { 'x-mixed': 'a' },
    });
    expect(simulator.calls()[0]?.rawHeaders).toContain('X-Mixed');
    expect(simulator.calls()[0]?.body.toString()).toBe(body);
    const agentless = Array.from({ length: 1100 }, () =>
      fetch(`${simulator.url}/`).then((r) => r.arrayBuffer()),
    );
    await Promise.all(agentless);
    expect(simulator.calls()).toHaveLength(1000);
    expect(simulator.calls()[0]?.method).toBe('GET');
  });
});
