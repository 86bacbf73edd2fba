import { describe, expect, it } from 'vitest';
import type { Protocol } from '../domain/protocol.ts';
import { createAggregator } from './protocols.ts';

const EVENTS = 2_000;

const event = (data: { type: string; [key: string]: unknown }) =>
  Buffer.from(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
const chunk = (data: unknown) => Buffer.from(`data: ${JSON.stringify(data)}\n\n`);
const choice = (members: object) => chunk({ choices: [{ index: 0, ...members }] });
const blockDelta = (delta: object) => event({ type: 'content_block_delta', index: 0, delta });

/** Elements that go through an array's iterator during `work`, as each copy by spreading makes them. */
function iteratedIn(work: () => void): number {
  const iterate = Array.prototype[Symbol.iterator];
  let count = 0;
  Array.prototype[Symbol.iterator] = function (this: unknown[]) {
    count += this.length;
    return iterate.call(this);
  };
  try {
    work();
  } finally {
    Array.prototype[Symbol.iterator] = iterate;
  }
  return count;
}

describe('a list that grows by an element an event is not copied for each', () => {
  const logprob = { token: 'a', logprob: -0.1, bytes: [97], top_logprobs: [] };
  it.each<[string, Protocol, Buffer, Buffer]>([
    [
      'citations',
      'anthropic-messages',
      Buffer.concat([
        event({ type: 'message_start', message: {} }),
        event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      ]),
      blockDelta({ type: 'citations_delta', citation: { cited_text: 'a' } }),
    ],
    [
      'logprobs of content',
      'openai-chat',
      choice({}),
      choice({ delta: { content: 'a' }, logprobs: { content: [logprob], refusal: null } }),
    ],
    [
      'logprobs of a refusal',
      'openai-chat',
      choice({}),
      choice({ delta: { refusal: 'a' }, logprobs: { content: null, refusal: [logprob] } }),
    ],
    [
      'reasoning details',
      'openai-chat',
      choice({}),
      choice({ delta: { reasoning_details: [{ type: 'reasoning.text', text: 'a' }] } }),
    ],
    ['lists of a kind not known yet', 'openai-chat', choice({}), choice({ delta: { notes: ['a'] } })],
    ['function call', 'openai-chat', choice({}), choice({ delta: { function_call: { arguments: 'a' } } })],
  ])('%s', (_name, protocol, opening, growing) => {
    const aggregator = createAggregator(protocol);
    aggregator.push(opening);
    const iterated = iteratedIn(() => {
      for (let at = 0; at < EVENTS; at += 1) aggregator.push(growing);
    });
    expect(iterated).toBeLessThan(40 * EVENTS);
  });
});

it('texts of many pieces come out whole, pieces of several texts in turns', () => {
  const aggregator = createAggregator('anthropic-messages');
  aggregator.push(event({ type: 'message_start', message: {} }));
  for (const index of [0, 1])
    aggregator.push(
      event({ type: 'content_block_start', index, content_block: { type: 'text', text: '>' } }),
    );
  let expected = '>';
  for (let at = 0; at < 1_500; at += 1) {
    expected += ` ${at}`;
    for (const index of [0, 1])
      aggregator.push(
        event({ type: 'content_block_delta', index, delta: { type: 'text_delta', text: ` ${at}` } }),
      );
  }
  aggregator.push(event({ type: 'message_stop' }));
  const content = [0, 1].map(() => ({ type: 'text', text: expected }));
  expect(aggregator.result()).toEqual({ kind: 'complete', body: { content } });
});
