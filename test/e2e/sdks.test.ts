import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatorScript } from '../../src/simulator/simulator.ts';
import { cleanUp, gatewayProcess, simulatorProcess } from './harness/qcc.ts';
import { configFor, patienceFor, TEXT, upstream } from './harness/upstreams.ts';

afterEach(cleanUp);

const QUESTION = [{ role: 'user' as const, content: 'Say something.' }];

/** Without retries of its own, an SDK's caller sees whatever the gateway lets through. */
const anthropic = (url: string) => new Anthropic({ apiKey: 'k', baseURL: url, maxRetries: 0 });
const openai = (url: string) => new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0 });

/** Each way of asking, with the text that its caller gets. */
const WAYS: readonly (readonly [string, (url: string) => Promise<string | null | undefined>])[] = [
  [
    'Messages',
    async (url) => {
      const body = { model: 'claude-test', max_tokens: 1000, messages: QUESTION };
      const [block] = (await anthropic(url).messages.create(body)).content;
      return block?.type === 'text' ? block.text : undefined;
    },
  ],
  [
    'Messages, streamed',
    (url) =>
      anthropic(url)
        .messages.stream({ model: 'claude-test', max_tokens: 1000, messages: QUESTION })
        .finalText(),
  ],
  [
    'Chat',
    async (url) =>
      (await openai(url).chat.completions.create({ model: 'gpt-test', messages: QUESTION })).choices[0]
        ?.message.content,
  ],
  [
    'Chat, streamed',
    (url) => openai(url).chat.completions.stream({ model: 'gpt-test', messages: QUESTION }).finalContent(),
  ],
  [
    'Responses',
    async (url) =>
      (await openai(url).responses.create({ model: 'gpt-test', input: 'Say something.' })).output_text,
  ],
  [
    'Responses, streamed',
    async (url) =>
      (await openai(url).responses.stream({ model: 'gpt-test', input: 'Say something.' }).finalResponse())
        .output_text,
  ],
];

const FIRST_FAILS: readonly (readonly [string, SimulatorScript])[] = [
  ['is well', { text: TEXT }],
  ['says 503', { status: 503 }],
  ['answers with an edge’s 524', { status: 524, body: 'cloudflare-json' }],
  ['resets before the head', { reset: 'before-head' }],
  ['resets before any content', { reset: 0 }],
  ['falls silent', { hang: 'after-head' }],
];

describe.each(FIRST_FAILS)('the vendors’ SDKs and a cluster whose first endpoint %s', (_, script) => {
  it('get the exact text, whatever they ask for', async () => {
    const [first, second] = [await upstream(script), await upstream({ text: TEXT })];
    const gateway = await gatewayProcess(configFor([first, second], patienceFor(script)));
    for (const [way, ask] of WAYS) expect(await ask(gateway.url), way).toBe(TEXT);
    const { requests, successes, failures } = await gateway.view();
    expect({ requests, successes, failures }).toEqual({
      requests: WAYS.length,
      successes: WAYS.length,
      failures: 0,
    });
    expect(first.counts().started).toBeGreaterThan(0);
  });
});

describe('a simulator of its own process', () => {
  it('serves the gateway as `qcc simulate`', async () => {
    const url = await simulatorProcess(JSON.stringify({ text: TEXT, gzip: true }));
    const gateway = await gatewayProcess(configFor([{ url: `${url}/relay/prefix/v1` }]));
    for (const [way, ask] of WAYS) expect(await ask(gateway.url), way).toBe(TEXT);
    const counts = (await (await fetch(`${url}/__sim__/counts`)).json()) as { all: { charged: number } };
    expect(counts.all.charged).toBe(WAYS.length);
  });
});
