import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../../src/simulator/contract.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { examine } from '../harness/doctor.ts';
import { closeAll, closeLater, cluster, settingsOf, upstream } from '../harness/gateway.ts';
import { COMPLETION, ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

const only = (url: string, more = '') => cluster([{ url }], () => more);

async function vendor(options: SimulatorOptions) {
  const simulator = await startSimulator(options);
  closeLater(simulator);
  return simulator;
}

describe('the doctor finds', () => {
  it('a wrong key, and never shows it', async () => {
    const simulator = await vendor({ keys: ['the-right-one'] });
    const { diagnosis, check, events } = await examine(only(simulator.url));
    expect(check('key')).toMatchObject({ status: 'bad', data: { status: 401 } });
    expect(check('model').status).toBe('skipped');
    expect(diagnosis.problems).toMatchObject([
      { check: 'key', what: expect.stringContaining('key is refused') },
    ]);
    expect(JSON.stringify(events)).not.toContain('key-0');
    expect(simulator.counts()).toMatchObject({ charged: 0 });
  });

  it('a key that is missing', async () => {
    const { url } = await vendor({ keys: ['the-right-one'] });
    const { diagnosis } = await examine(`clusters: { main: { endpoints: [{ base_url: "${url}" }] } }`);
    expect(diagnosis.problems).toMatchObject([
      { check: 'key', what: expect.stringContaining('none is configured') },
    ]);
  });

  it('a firewall’s page, which is no word about the key', async () => {
    const { url } = await ownUpstream((_, response) => {
      response.writeHead(403, { 'content-type': 'text/html', 'cf-mitigated': 'challenge' });
      response.end('<!DOCTYPE html><title>Just a moment...</title>');
    });
    const { diagnosis } = await examine(only(url));
    expect(diagnosis.problems.map(({ check }) => check)).toContain('edge');
    expect(diagnosis.problems.every(({ what }) => !what.includes('key is refused'))).toBe(true);
  });

  it('a model that it does not have, and what was probably meant', async () => {
    const models = ['claude-haiku-4-5-20251001', 'claude-opus-4-6', 'gpt-5-mini'];
    const { url } = await vendor({ models });
    const { diagnosis, check } = await examine(only(url), { model: 'claude-haiku-4.5' });
    expect(check('model')).toMatchObject({ status: 'bad', data: { listed: 3, inList: false } });
    const [problem] = diagnosis.problems;
    expect(problem).toMatchObject({
      check: 'model',
      fix: expect.stringContaining('claude-haiku-4-5-20251001'),
      config: 'models: { "claude-haiku-4.5": "claude-haiku-4-5-20251001" }',
    });
    // Pasted, it mends it.
    const settings = await settingsOf(only(url, `, ${problem?.config}`));
    expect(settings.clusters[0]?.endpoints[0]?.models).toEqual({ 'claude-haiku-4.5': models[0] });
    const again = await examine(only(url, `, ${problem?.config}`), { model: 'claude-haiku-4.5' });
    expect(again.check('model').status).toBe('ok');
  });

  it('no fault in a relay that lacks the usual cheap model: it asks for one that is there', async () => {
    const { url } = await vendor({ models: ['big-model', 'small-model-flash'] });
    const { check } = await examine(only(url));
    expect(check('conversation')).toMatchObject({ status: 'ok', data: { model: 'small-model-flash' } });
  });

  it('that the code is not repeated', async () => {
    const { url } = await upstream({ wrongCode: true });
    const { diagnosis } = await examine(only(url));
    expect(diagnosis.problems).toMatchObject([{ check: 'conversation', severity: 'bad' }]);
    expect(diagnosis.headline).toContain('does not repeat the code');
  });

  it('a web site where an API should be', async () => {
    const { url } = await ownUpstream((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!DOCTYPE html><html><head><title>My Relay</title></head></html>');
    });
    const { diagnosis } = await examine(only(url));
    expect(diagnosis.problems).toMatchObject([
      { check: 'conversation', what: expect.stringContaining('My Relay') },
    ]);
  });

  it('a redirect, and where it leads', async () => {
    const { url } = await ownUpstream(({ url: path }, response) => {
      response.writeHead(308, { location: `https://api.example.com/relay${path}` }).end();
    });
    const { diagnosis } = await examine(only(url));
    expect(diagnosis.problems).toMatchObject([
      { check: 'http', severity: 'bad', config: 'base_url: "https://api.example.com/relay"' },
    ]);
    const base = diagnosis.problems[0]?.config?.replace('base_url: ', '').replaceAll('"', '') ?? '';
    await expect(settingsOf(only(base))).resolves.toBeDefined();
  });

  it('which protocol is served, where not all are', async () => {
    const { url } = await ownUpstream(({ url: path, body }, response) => {
      const answer = (status: number, value: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      if (path !== '/v1/chat/completions') return void answer(404, { error: { message: 'Invalid URL' } });
      const { messages = [] } = JSON.parse(body.toString()) as { messages?: { content: string }[] };
      const said = messages.at(-1)?.content ?? '';
      const [choice] = COMPLETION.choices;
      answer(200, { ...COMPLETION, choices: [{ ...choice, message: { role: 'assistant', content: said } }] });
    });
    const { diagnosis, check } = await examine(only(url), { model: 'gpt-4o-mini' });
    expect(check('conversation')).toMatchObject({ status: 'ok', data: { protocol: 'openai-chat' } });
    const claude = await examine(only(url));
    expect(claude.diagnosis.problems).toContainEqual(
      expect.objectContaining({ check: 'conversation', config: 'protocols: [openai-chat]' }),
    );
    await expect(settingsOf(only(url, ', protocols: [openai-chat]'))).resolves.toBeDefined();
    // It does not stream either.
    expect(diagnosis.problems).toMatchObject([{ check: 'streaming', config: 'stream_upstream: never' }]);
    await expect(settingsOf(only(url, ', stream_upstream: never'))).resolves.toBeDefined();
  });

  it.each([
    [429, 'conversation', /limits calls/],
    [500, 'conversation', /server fails/],
    [529, 'conversation', /limits calls/],
  ] as const)('HTTP %i', async (status, name, what) => {
    const { url } = await upstream({ status });
    const { diagnosis } = await examine(only(url));
    expect(diagnosis.problems).toMatchObject([{ check: name, what: expect.stringMatching(what) }]);
  });

  it('an address below the API’s base, a key with a word too many, and itself', async () => {
    const wrong = await examine(only('https://api.example.com/v1/chat/completions'));
    expect(wrong.diagnosis.problems).toMatchObject([
      { check: 'config', config: 'base_url: "https://api.example.com"' },
    ]);
    const bearer = await examine(
      'clusters: { main: { endpoints: [{ base_url: "http://127.0.0.1:9", api_key: "Bearer sk-abcdef123456" }] } }',
    );
    expect(bearer.diagnosis.problems).toMatchObject([{ check: 'config', severity: 'bad' }]);
    expect(JSON.stringify(bearer.events)).not.toContain('abcdef123456');
    const itself = await examine(`listen: 127.0.0.1:7861\n${only('http://localhost:7861')}`);
    expect(itself.diagnosis.headline).toContain('this gateway itself');
  });

  it('nobody of that name, and nobody at all', async () => {
    const unknown = await examine(only('http://127.0.0.1:9'), { endpoint: 'nobody' });
    expect(unknown.diagnosis).toMatchObject({ healthy: false, headline: 'There is no endpoint nobody' });
    const disabled = await examine(only('http://127.0.0.1:9', ', enabled: false'));
    expect(disabled.diagnosis).toMatchObject({ healthy: false, headline: 'No endpoint is enabled' });
  });
});
