import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Settings } from '../domain/settings.ts';
import { mannerOf } from './arrivals.ts';
import { judgeConversation } from './conversation-step.ts';
import { edgesIn, judgeEdge } from './edge-step.ts';
import type { Heard } from './heard.ts';
import { judgeKey } from './key-step.ts';
import { judgeModel, modelNames } from './model-step.ts';
import { nearest } from './nearest.ts';
import { judgeSilence, silenceCost, silenceOf } from './silence-step.ts';
import type { Talk } from './talked.ts';
import { sayIn } from './texts.ts';

const say = sayIn('en');

const heard = (more: Partial<Heard> = {}): Heard => ({
  status: 200,
  headers: {},
  body: Buffer.alloc(0),
  headMs: 10,
  firstByteMs: 10,
  totalMs: 12,
  longestSilenceMs: 10,
  ...more,
});
const apiError = (message: string) => JSON.stringify({ error: { type: 'x', message } });
const PAGE = '<!DOCTYPE html><html><head><title>Access denied</title></head></html>';

describe('judgeKey', () => {
  it.each([
    [400, apiError('messages: at least one is needed'), 'ok', /accepted/],
    [422, apiError('input too short'), 'ok', /accepted/],
    [200, '{}', 'ok', /accepted/],
    [404, apiError('model m not found'), 'ok', /accepted/],
    [429, apiError('slow down'), 'ok', /limit/],
    [404, apiError('no such path'), 'skipped', /path is not served/],
    [400, PAGE, 'skipped', /cannot tell/],
    [500, apiError('oops'), 'skipped', /cannot tell/],
    [401, apiError('bad key'), 'bad', /key is refused: HTTP 401, “bad key”/],
    [403, apiError('no'), 'bad', /key is refused/],
    [403, PAGE, 'bad', /Turned away.*Access denied/],
    [402, apiError('top up'), 'bad', /no credit/],
  ])('HTTP %i with %s: %s', (status, text, wanted, summary) => {
    const found = judgeKey({ heard: heard({ status }), text, model: 'm', hasKey: true }, say);
    expect(found.status).toBe(wanted);
    expect(found.summary).toMatch(summary);
  });

  it('without a key it is not refused, but missing', () => {
    const found = judgeKey({ heard: heard({ status: 401 }), text: '{}', model: 'm', hasKey: false }, say);
    expect(found.summary).toMatch(/none is configured/);
  });
});

const talk = (more: Partial<Talk> = {}): Talk => ({
  protocol: 'anthropic-messages',
  model: 'm-1',
  sentModel: 'm-1',
  code: 'ABC234',
  heard: heard(),
  notServed: [],
  text: 'ABC234',
  ...more,
});
const failed = (status: number): Talk => {
  const { text: _, ...rest } = talk({ heard: heard({ status }) });
  return rest;
};

describe('judgeModel', () => {
  it.each([
    [talk(), '', undefined, 'ok'],
    [failed(404), apiError('model: m-1'), undefined, 'bad'],
    [failed(400), apiError('The model m-1 does not exist'), ['m-10'], 'bad'],
    [failed(503), apiError('当前分组下对于模型 m-1 无可用渠道'), ['x'], 'bad'],
    [failed(429), apiError('rate limit of model m-1'), ['m-1'], 'ok'],
    [failed(500), apiError('oops'), ['x'], 'skipped'],
    [failed(400), apiError('max_tokens is too large'), undefined, 'skipped'],
  ])('%#', (about, text, listed, status) => {
    expect(judgeModel(about, text, listed, say).status).toBe(status);
  });

  it.each([
    ['{"data":[{"id":"a"},{"id":"b"},{}]}', ['a', 'b']],
    ['{"models":["a",{"id":"b"}]}', ['a', 'b']],
    ['{"data":{}}', undefined],
    ['<html>', undefined],
    ['null', undefined],
  ])('a list of %s', (body, names) => {
    expect(modelNames(Buffer.from(body))).toEqual(names);
  });

  it.each([
    ['claude-haiku-4.5', 'claude-haiku-4-5-20251001'],
    ['gpt5-mini', 'gpt-5-mini'],
    ['claude-opus-46', 'claude-opus-4-6'],
    ['llama', undefined],
    ['', undefined],
  ])('nearest to %s: %s', (name, wanted) => {
    const names = ['claude-haiku-4-5-20251001', 'claude-opus-4-6', 'gpt-5-mini', 'x'.repeat(10_000)];
    expect(nearest(name, names)[0]).toBe(wanted);
  });
});

describe('judgeConversation', () => {
  const broken = (timedOut: boolean) => heard({ failure: { phase: 'wait', detail: 'reset', timedOut } });
  it.each<[string, Talk, string, string, RegExp]>([
    ['the code', talk(), '', 'ok', /repeated the code/],
    ['the code in small letters', talk({ text: 'it is abc234.' }), '', 'ok', /repeated/],
    ['another code', talk({ text: 'XYZ' }), '', 'bad', /does not repeat/],
    ['no answer in time', talk({ heard: broken(true) }), '', 'bad', /No answer within/],
    ['a reset', talk({ heard: broken(false) }), '', 'bad', /broke after/],
    ['529', failed(529), apiError('busy'), 'bad', /limits calls/],
    ['524', failed(524), PAGE, 'bad', /edge gave up/],
    ['504 of an edge', failed(504), PAGE, 'bad', /edge gave up/],
    ['504 of the API', failed(504), apiError('timeout'), 'bad', /server fails/],
    ['no such path', failed(404), 'not found', 'bad', /does not serve anthropic-messages/],
    ['a 400', failed(400), apiError('odd'), 'bad', /turned down.*odd/],
    ['empty', { ...failed(200), notAnswer: 'empty' }, '', 'bad', /not as this protocol/],
    ['a page', { ...failed(200), notAnswer: 'an HTML page' }, PAGE, 'bad', /web page/],
    [
      'another protocol',
      talk({ protocol: 'openai-chat', notServed: ['anthropic-messages'] }),
      '',
      'warning',
      /does serve openai-chat/,
    ],
  ])('%s', (_, about, answered, status, summary) => {
    const found = judgeConversation(about, answered, say);
    expect(found.status).toBe(status);
    expect(found.summary).toMatch(summary);
  });
});

describe('mannerOf', () => {
  const every = (ms: number, count: number, from = 500) =>
    Array.from({ length: count }, (_, i) => from + i * ms);
  const lumps = (count: number, size: number, pauseMs: number) =>
    Array.from({ length: count }, (_, i) => every(0.2, size, 500 + i * pauseMs)).flat();
  it.each<[string, number[], string]>([
    ['one by one', every(30, 40), 'flowing'],
    ['a very fast model', every(1, 200), 'flowing'],
    ['all at the end', every(0.2, 40, 3_000), 'lumps'],
    ['all at once, at once', every(0.1, 40, 20), 'unclear'],
    ['a buffer that fills and is let go', lumps(5, 30, 700), 'lumps'],
    ['a few events in each packet', lumps(40, 4, 50), 'flowing'],
    ['what there is, ten times a second', lumps(20, 10, 100), 'flowing'],
    ['a stall in the middle', [...every(30, 20), ...every(30, 20, 4_000)], 'flowing'],
    ['too few', every(0, 5, 3_000), 'unclear'],
    ['none', [], 'unclear'],
  ])('%s: %j', (_, at, kind) => {
    expect(mannerOf({ at }).kind).toBe(kind);
  });

  it('a long way alone is no holding back', () => {
    expect(mannerOf({ at: every(0.2, 40, 650), roundTripMs: 600 }).kind).toBe('unclear');
  });
});

describe('edges', () => {
  it.each<[Record<string, string>, string, string[]]>([
    [{}, '', []],
    [{ server: 'cloudflare', 'cf-ray': '8a-FRA' }, '', ['Cloudflare']],
    [{ via: '1.1 abc.cloudfront.net (CloudFront)' }, '', ['CloudFront']],
    [{ 'set-cookie': 'AWSALB=secretvalue; Path=/' }, '', ['AWS ALB']],
    [{ via: '1.1 google' }, '', ['Google Cloud']],
    [{ server: 'nginx/1.26' }, '', ['nginx']],
    [{}, '<html><center>nginx</center></html>', ['nginx']],
    [{ server: 'cloudflare', 'x-envoy-upstream-service-time': '12' }, '', ['Cloudflare', 'Envoy']],
    [{ server: 'uvicorn' }, '<title>nginx is great</title>', []],
  ])('%j %s: %j', (headers, text, names) => {
    const found = edgesIn([{ headers, text }]);
    expect(found.map(({ name }) => name)).toEqual(names);
    expect(JSON.stringify(found)).not.toContain('secretvalue');
  });

  it('somebody on the way is no fault, but worth a line where nothing is configured', () => {
    const answers = [{ headers: { 'cf-ray': '8a-FRA' }, text: '' }];
    const found = judgeEdge(answers, undefined, say);
    expect(found.status).toBe('ok');
    expect(found.details?.join()).toContain('edge: { silence: 100s }');
    expect(judgeEdge(answers, { silenceMs: 90_000 }, say).details?.join()).not.toContain('edge: {');
  });

  it('a browser’s proof that is asked for is one', () => {
    const answers = [{ headers: { 'cf-mitigated': 'challenge' }, text: '' }];
    expect(judgeEdge(answers, undefined, say).status).toBe('bad');
  });
});

describe('silence', () => {
  const failure = (timedOut: boolean) => ({
    phase: 'wait' as const,
    detail: 'the connection was closed',
    timedOut,
  });
  const bare = (more: Partial<Heard>): Heard => {
    const { status: _, headMs: __, firstByteMs: ___, ...rest } = heard();
    return { ...rest, ...more };
  };
  it.each<[string, Heard, string, object]>([
    [
      '524',
      heard({ status: 524, headMs: 100_200, totalMs: 100_210 }),
      PAGE,
      { kind: 'cut', silentMs: 100_200 },
    ],
    ['504', heard({ status: 504, headMs: 60_001, totalMs: 60_002 }), PAGE, { kind: 'cut', silentMs: 60_001 }],
    [
      'a reset',
      bare({ totalMs: 60_000, longestSilenceMs: 60_000, failure: failure(false) }),
      '',
      { kind: 'cut', by: 'the connection was closed' },
    ],
    [
      'our patience',
      bare({ totalMs: 130_000, longestSilenceMs: 130_000, failure: failure(true) }),
      '',
      { kind: 'open', ended: false },
    ],
    ['the answer', heard({ totalMs: 45_100, longestSilenceMs: 45_000 }), '', { kind: 'open', ended: true }],
    ['blanks meanwhile', heard({ totalMs: 45_100, longestSilenceMs: 10_000 }), '', { kind: 'lively' }],
    [
      'a refusal',
      heard({ status: 400 }),
      apiError('max_tokens'),
      { kind: 'refused', status: 400, said: 'max_tokens' },
    ],
  ])('ended by %s', (_, one, text, wanted) => {
    expect(silenceOf(one, text)).toMatchObject(wanted);
  });

  it.each([
    [undefined, 'warning'],
    [{ silenceMs: 90_000 }, 'ok'],
    [{ silenceMs: 120_000 }, 'warning'],
    [{ totalMs: 900_000 }, 'warning'],
  ])('cut after 100 s where %j is configured: %s', (edge, status) => {
    const cut = { kind: 'cut', silentMs: 100_200, by: 'Cloudflare, HTTP 524' } as const;
    const found = judgeSilence(cut, 130_000, edge, say);
    expect(found.status).toBe(status);
    if (status === 'warning') expect(found.complaints?.[0]?.config).toBe('edge: { silence: 95s }');
  });

  it('costs what is said, or it is not known', () => {
    const endpoints = [
      { protocols: ['anthropic-messages'], models: {} },
      { protocols: ['openai-chat'], models: {} },
    ] as unknown as Endpoint[];
    const settings = { health: {} } as Settings;
    const priceFor = (known: RegExp) => (model: string) => (known.test(model) ? 5_000_000 : undefined);
    const cost = (known: RegExp) =>
      silenceCost({ settings, outputPriceOf: priceFor(known) }, endpoints, { silenceUpToMs: 100_000 });
    expect(cost(/./)).toEqual({ calls: 2, outputTokens: 30_000, microUsd: 150_000 });
    expect(cost(/claude/)).toEqual({ calls: 2, outputTokens: 30_000 });
  });
});
