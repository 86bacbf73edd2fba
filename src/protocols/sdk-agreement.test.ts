import { readdirSync, readFileSync } from 'node:fs';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { Protocol } from '../domain/protocol.ts';
import { PROTOCOLS } from '../domain/protocol.ts';
import { createAggregator } from './protocols.ts';

/** Each complete fixture of known kinds, through the accumulator of the vendor's own client. */
const ROOT = new URL('../../test/fixtures/', import.meta.url);

/** Where the gateway does otherwise on purpose, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'anthropic-messages/unknown-kinds': 'the client refuses deltas it does not know, the gateway keeps them',
  'anthropic-messages/tool-use-cut-by-max-tokens': 'the client guesses the rest of broken JSON',
  'anthropic-messages/data-without-event-lines': 'the client wants event lines',
  'anthropic-messages/last-blank-line-missing': 'the client drops the event',
  'openai-chat/reasoning-content': 'the client keeps only the last piece of members it does not know',
  'openai-chat/unknown-members': 'likewise, and it keeps stream-only padding',
  'openai-chat/tools-without-index': 'the client wants an index',
  'openai-responses/output-only-in-items': 'the client takes the empty list of the last event',
};

const fixtures = PROTOCOLS.flatMap((protocol) =>
  readdirSync(new URL(`${protocol}/`, ROOT))
    .filter((file) => file.endsWith('.sse'))
    .map((file) => {
      const bytes = readFileSync(new URL(`${protocol}/${file}`, ROOT));
      return {
        protocol,
        path: `${protocol}/${file.replace(/\.sse$/, '')}`,
        bytes,
        ours: bodyOf(protocol, bytes),
      };
    })
    .filter(({ ours }) => ours !== undefined),
);

function bodyOf(protocol: Protocol, bytes: Uint8Array): Record<string, unknown> | undefined {
  const aggregator = createAggregator(protocol);
  aggregator.push(bytes);
  const aggregate = aggregator.result();
  return aggregate.kind === 'complete' ? aggregate.body : undefined;
}

const options = (bytes: Uint8Array) => ({
  apiKey: 'none',
  baseURL: 'http://127.0.0.1:9',
  maxRetries: 0,
  fetch: async () =>
    new Response(new Uint8Array(bytes), { headers: { 'content-type': 'text/event-stream' } }),
});

const ASKED = [{ role: 'user' as const, content: 'a' }];

const VENDORS: Readonly<Record<Protocol, (bytes: Uint8Array) => Promise<unknown>>> = {
  'anthropic-messages': (bytes) =>
    new Anthropic(options(bytes)).messages
      .stream({ model: 'm', max_tokens: 1, messages: ASKED })
      .finalMessage(),
  'openai-chat': (bytes) =>
    new OpenAI(options(bytes)).chat.completions.stream({ model: 'm', messages: ASKED }).finalChatCompletion(),
  'openai-responses': (bytes) =>
    new OpenAI(options(bytes)).responses.stream({ model: 'm', input: 'a' }).finalResponse(),
};

/** What the clients add for their callers' convenience and no vendor sends. */
const CONVENIENCE = new Set(['parsed', 'parsed_output', 'parsed_arguments', 'output_parsed', 'output_text']);

const asSent = (value: unknown) =>
  JSON.parse(JSON.stringify(value), (key, member) => (CONVENIENCE.has(key) ? undefined : member));

async function theirs(protocol: Protocol, bytes: Uint8Array): Promise<unknown> {
  return asSent(await VENDORS[protocol](bytes));
}

describe('the vendor’s client makes the same of', () => {
  it.each(fixtures.filter(({ path }) => !(path in OTHERWISE)))('$path', async ({ protocol, bytes, ours }) => {
    expect(ours).toEqual(await theirs(protocol, bytes));
  });
});

describe('the vendor’s client makes something else of', () => {
  it.each(Object.entries(OTHERWISE))('%s: %s', async (path) => {
    const fixture = fixtures.find((one) => one.path === path)!;
    const made = await theirs(fixture.protocol, fixture.bytes).catch(() => 'refused');
    expect(made).not.toEqual(fixture.ours);
  });
});
