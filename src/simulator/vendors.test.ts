import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectedText, type Simulator, type SimulatorScript, startSimulator } from './simulator.ts';

let simulator: Simulator;
let anthropic: Anthropic;
let openai: OpenAI;
beforeAll(async () => {
  simulator = await startSimulator();
  anthropic = new Anthropic({ baseURL: simulator.url, apiKey: 'key', maxRetries: 0 });
  openai = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'key', maxRetries: 0 });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const SCRIPTS: SimulatorScript[] = [
  {},
  { text: 'Grüße, 世界 👋', events: 3 },
  { events: 40, eventBytes: 500, firstEventMs: 30, pingMs: 10 },
  { thinking: true },
  { toolUse: true },
  { thinking: true, toolUse: true, events: 2 },
  { gzip: true },
  { events: 0, toolUse: true },
];

const messages = [{ role: 'user' as const, content: 'Count.' }];
const parameters = { type: 'object' as const, properties: { query: { type: 'string' } } };

describe.each(SCRIPTS)('the vendors’ own clients, with %j', (script) => {
  const text = expectedText(script);
  beforeEach(() => simulator.program(script));

  const ask = {
    model: 'claude-sim',
    max_tokens: 100,
    messages,
    tools: [{ name: 'find', input_schema: parameters }],
  };

  function checkMessage(message: Anthropic.Message): void {
    const kinds = message.content.map(({ type }) => type);
    const expected = [script.thinking && 'thinking', text !== '' && 'text', script.toolUse && 'tool_use'];
    expect(kinds).toEqual(expected.filter(Boolean));
    expect(message.content.find((block) => block.type === 'text')?.text ?? '').toBe(text);
    const tool = message.content.find((block) => block.type === 'tool_use');
    if (script.toolUse) expect(tool).toMatchObject({ name: 'find', input: { query: 'simulated' } });
    const thinking = message.content.find((block) => block.type === 'thinking');
    if (script.thinking) expect(thinking?.signature).toMatch(/^[\w+/]+=*$/);
    expect(message.stop_reason).toBe(script.toolUse ? 'tool_use' : 'end_turn');
    expect(message.usage.output_tokens).toBeGreaterThan(0);
    expect(message.usage.cache_read_input_tokens).toBeGreaterThan(0);
  }

  it('messages', async () => {
    const message = await anthropic.messages.create(ask);
    checkMessage(message);
    expect(message._request_id).toMatch(/^req_/);
  });

  it('messages, streamed', async () => {
    const stream = anthropic.messages.stream(ask);
    let heard = '';
    stream.on('text', (delta) => {
      heard += delta;
    });
    const streamed = await stream.finalMessage();
    checkMessage(streamed);
    expect(heard).toBe(text);
    const whole = await anthropic.messages.create(ask);
    expect(streamed.usage.input_tokens).toBeGreaterThan(0);
    expect(streamed.content.map(({ type }) => type)).toEqual(whole.content.map(({ type }) => type));
  });

  const chat = {
    model: 'gpt-sim',
    messages,
    tools: [{ type: 'function' as const, function: { name: 'find', parameters } }],
  };

  function checkCompletion(completion: OpenAI.ChatCompletion): void {
    const choice = completion.choices[0];
    expect(choice?.message.content ?? '').toBe(text);
    expect(choice?.finish_reason).toBe(script.toolUse ? 'tool_calls' : 'stop');
    const call = choice?.message.tool_calls?.[0];
    if (script.toolUse)
      expect(call).toMatchObject({ function: { name: 'find', arguments: '{"query":"simulated"}' } });
    const reasoning = completion.usage?.completion_tokens_details?.reasoning_tokens ?? 0;
    expect(reasoning > 0).toBe(script.thinking === true);
  }

  it('chat', async () => {
    checkCompletion(await openai.chat.completions.create(chat));
  });

  it('chat, streamed', async () => {
    const stream = openai.chat.completions.stream({ ...chat, stream_options: { include_usage: true } });
    checkCompletion(await stream.finalChatCompletion());
  });

  const respond = {
    model: 'gpt-sim',
    input: 'Count.',
    tools: [{ type: 'function' as const, name: 'find', parameters, strict: false }],
  };

  function checkResponse(response: OpenAI.Responses.Response): void {
    expect(response.status).toBe('completed');
    expect(response.output_text).toBe(text);
    const call = response.output.find((item) => item.type === 'function_call');
    if (script.toolUse) expect(call).toMatchObject({ name: 'find', arguments: '{"query":"simulated"}' });
    expect(response.output.some((item) => item.type === 'reasoning')).toBe(script.thinking === true);
    expect(response.usage?.total_tokens).toBeGreaterThan(0);
  }

  it('responses', async () => {
    checkResponse(await openai.responses.create(respond));
  });

  it('responses, streamed', async () => {
    const stream = openai.responses.stream(respond);
    let heard = '';
    stream.on('response.output_text.delta', ({ delta }) => {
      heard += delta;
    });
    checkResponse(await stream.finalResponse());
    expect(heard).toBe(text);
  });
});

describe('the vendors’ own clients', () => {
  it('count tokens and list models', async () => {
    const counted = await anthropic.messages.countTokens({ model: 'claude-sim', messages });
    expect(counted.input_tokens).toBeGreaterThan(0);
    const listed: string[] = [];
    for await (const model of anthropic.models.list()) listed.push(model.id);
    expect(listed).toEqual(['claude-sim', 'gpt-sim']);
    expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(listed);
    expect((await openai.models.retrieve('gpt-sim')).id).toBe('gpt-sim');
  });

  it('know the errors', async () => {
    simulator.program({ status: 429, retryAfter: 7 });
    await expect(anthropic.messages.create({ model: 'm', max_tokens: 1, messages })).rejects.toThrow(
      Anthropic.RateLimitError,
    );
    await expect(openai.chat.completions.create({ model: 'm', messages })).rejects.toMatchObject({
      status: 429,
      code: 'rate_limit_exceeded',
    });
  });

  it('know the error events', async () => {
    simulator.program({ errorEvent: 1 });
    const failed = /verloaded/;
    const stream = anthropic.messages.stream({ model: 'm', max_tokens: 1, messages });
    await expect(stream.finalMessage()).rejects.toThrow(failed);
    const chat = openai.chat.completions.stream({ model: 'm', messages });
    await expect(chat.finalChatCompletion()).rejects.toThrow(failed);
    const response = openai.responses.stream({ model: 'm', input: 'Count.' });
    await expect(response.finalResponse()).rejects.toThrow(failed);
  });
});
