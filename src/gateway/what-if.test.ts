import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../test/harness/gateway.ts';
import { createFleet, createPredictor, type Fleet } from '../cluster/cluster.ts';
import { STRATEGIES } from '../domain/endpoint.ts';
import type { FailureCause, Outcome } from '../domain/outcome.ts';
import type { Settings } from '../domain/settings.ts';
import type { WhatIfAsk } from '../domain/view.ts';
import { createStreamless } from '../plan/plan.ts';
import { createWhatIf } from './what-if.ts';

const NOW = 1_000_000;

const outcomeOf = (endpointId: string, cause: FailureCause | undefined, startedAt: number): Outcome =>
  ({
    kind: cause === undefined ? 'answered' : 'failed',
    ...(cause === undefined ? { status: 200 } : { cause, phase: 'wait', endedBy: 'upstream' }),
    chargeRisk: 'none',
    committed: false,
    silenceMs: 0,
    detail: 'HTTP 500',
    endpointId,
    startedAt,
    times: { longestSilenceMs: 0, totalMs: 100, firstByteMs: 50, firstEventMs: 60 },
    usage: {},
  }) as unknown as Outcome;

/** A gateway's deciding parts, at rest. */
const decider = async (yaml: string) => deciderOf(await settingsOf(yaml));

function deciderOf(settings: Settings) {
  const fleet = createFleet(settings);
  const predictor = createPredictor();
  const whatIf = createWhatIf({
    fleet,
    predictor,
    streamless: createStreamless(),
    settings: () => settings,
    now: () => NOW,
    random: () => 0.5,
  });
  const idOf = (name: string): string =>
    settings.clusters.flatMap(({ endpoints }) => endpoints).find((one) => one.name === name)?.id ?? '';
  const call = (name: string, cause?: FailureCause) => {
    fleet.began(idOf(name), 'main', 'generate', NOW);
    fleet.ended(idOf(name), outcomeOf(idOf(name), cause, NOW), 'generate', 'm', NOW);
  };
  return { settings, fleet, predictor, whatIf, idOf, call };
}

const TWO = `clusters:
  main:
    endpoints:
      - { name: a, base_url: "http://a" }
      - { name: b, base_url: "http://b", priority: 2 }
`;

const ASK: WhatIfAsk = { path: '/v1/messages', model: 'claude-test' };

/** `a: why`, and `-b: why` for one that is out. */
const listOf = (view: { endpoints: readonly { name: string; usable: boolean; why: string }[] }) =>
  view.endpoints.map(({ name, usable, why }) => `${usable ? '' : '-'}${name}: ${why}`);

async function ordered(
  yaml: string,
  ask: Partial<WhatIfAsk> = {},
  prepare?: (on: Awaited<ReturnType<typeof decider>>) => void,
) {
  const on = await decider(yaml);
  prepare?.(on);
  const view = on.whatIf({ ...ASK, ...ask }, 'en');
  if (!view.ok) throw new Error(view.error.detail);
  return listOf(view.value);
}

describe('the order of endpoints, with the reason of each', () => {
  it('by priority', async () => {
    expect(await ordered(TWO)).toEqual([
      'a: priority 1: the lowest goes first',
      'b: the only one left that is as good',
    ]);
  });

  it.each([
    ['weighted', /^a: its turn, by weight 100$/],
    ['round_robin', /^a: its last turn is longest ago$/],
    ['random', /drawn, by weight 100: the next draw may differ$/],
    ['least_connections', /^a: the fewest requests in flight$/],
    ['fastest', /not measured yet/],
  ])('by %s', async (strategy, why) => {
    expect((await ordered(TWO.replace('main:', `main:\n    strategy: ${strategy}`)))[0]).toMatch(why);
  });

  it('a session stays where it is', async () => {
    const yaml = TWO.replace(', priority: 2', '');
    expect((await ordered(yaml, { headers: { 'X-Session-Id': 's1' } }))[0]).toMatch(
      /: the session stays with it$/,
    );
  });

  it.each<[string, string, (on: Awaited<ReturnType<typeof decider>>) => void, string]>([
    ['disabled', TWO.replace('"http://a"', '"http://a", enabled: false'), () => undefined, '-a: disabled'],
    [
      'that speaks something else',
      TWO.replace('"http://a"', '"http://a", protocols: openai-chat'),
      () => undefined,
      '-a: does not speak anthropic-messages',
    ],
    [
      'in the failure queue',
      TWO,
      ({ call }) => call('a', 'bad-key'),
      '-a: in the failure queue, next check in 60 s',
    ],
    [
      'being verified',
      TWO,
      ({ call, fleet, idOf }) => {
        call('a', 'bad-key');
        fleet.checkBegan(idOf('a'), NOW);
      },
      '-a: in the failure queue, being verified now',
    ],
    [
      'that was rate limited',
      TWO,
      ({ call }) => call('a', 'rate-limited'),
      '-a: cooling after a rate limit, for 30 s more',
    ],
    [
      'at its limit of requests at once',
      TWO.replace('"http://a"', '"http://a", limits: { concurrency: 1 }'),
      ({ fleet, idOf }) => fleet.began(idOf('a'), 'main', 'generate', NOW),
      '-a: at its limit of requests at once',
    ],
    [
      'at its rate limit',
      TWO.replace('"http://a"', '"http://a", limits: { rpm: 1 }'),
      ({ call }) => call('a'),
      '-a: at its rate limit, open again in 60 s',
    ],
  ])('one %s', async (_, yaml, prepare, why) => {
    const list = await ordered(yaml, {}, prepare);
    expect(list[0]).toMatch(/^b: /);
    expect(list).toContain(why);
  });

  it('where nothing better is left, the least bad one is asked', async () => {
    const list = await ordered(TWO, {}, ({ call }) => {
      call('a', 'bad-key');
      call('b', 'rate-limited');
    });
    expect(list[0]).toBe(
      '-b: cooling after a rate limit, for 30 s more; out of service, yet asked, since nothing better is left',
    );
    expect(list[1]).toMatch(/^-a: in the failure queue, next check in 60 s; out of service, yet asked/);
  });

  it.each([
    [
      'an edge as configured',
      'edge: { silence: 10s }',
      /its edge allows 10 s of silence, and \d+ s are expected/,
    ],
    ['max_duration', 'max_duration: 5s', /max_duration allows 5 s in all, and \d+ s are expected/],
  ])('%s that would cut it puts it behind', async (_, setting, why) => {
    const list = await ordered(TWO.replace('"http://a"', `"http://a", ${setting}`), {
      thinking: true,
      maxTokens: 60_000,
      effort: 'high',
    });
    expect(list[0]).toMatch(/^b: /);
    expect(list[1]).toMatch(/^a: /);
    expect(list[1]).toMatch(why);
  });

  it('an edge that was learned from cuts', async () => {
    const on = await decider(TWO);
    const cut = { ...outcomeOf(on.idOf('a'), 'edge-timeout', NOW), silenceMs: 5_000 } as Outcome;
    for (const at of [NOW, NOW + 60_000]) {
      on.fleet.began(on.idOf('a'), 'main', 'generate', at);
      on.fleet.ended(on.idOf('a'), cut, 'generate', 'm', at);
    }
    const view = on.whatIf({ ...ASK, thinking: true, maxTokens: 60_000 }, 'en');
    expect(view.ok && view.value.endpoints.find(({ name }) => name === 'a')).toMatchObject({
      edgeCuts: true,
      why: expect.stringContaining('its edge (learned from cuts) allows 5 s of silence'),
    });
  });

  it('says it in Chinese', async () => {
    const on = await decider(TWO);
    on.call('a', 'bad-key');
    const view = on.whatIf(ASK, 'zh');
    expect(view.ok && listOf(view.value)).toEqual(['b: 同等条件下只剩它', '-a: 在失败队列中，60 秒后检查']);
  });
});

describe('route, scenario and timers', () => {
  const YAML = `auth: { keys: [{ name: laptop, key: k1 }] }
clusters:
  main: { endpoints: [{ name: a, base_url: "http://a", timeouts: { total: 50s } }] }
  slow: { endpoints: [{ name: s, base_url: "http://s" }] }
routes:
  - { name: thinkers, match: { thinking: true, prompt_bytes: { min: 1mb } }, cluster: slow, scenario: generation }
  - { name: laptops, match: { client_key: laptop, headers: { x-team: "bl*" } }, timeouts: { idle: 7s } }
`;

  it.each<[string, Partial<WhatIfAsk>, object]>([
    [
      'no route',
      {},
      {
        cluster: 'main',
        scenario: 'chat',
        scenarioBy: 'what the request asks for',
        timers: {
          total: { ms: 50_000, setBy: 'endpoint a' },
          first_byte: { ms: 60_000, setBy: 'scenario chat' },
        },
      },
    ],
    [
      'a route by size and thinking',
      { thinking: true, promptBytes: 2_000_000 },
      { route: 'thinkers', cluster: 'slow', scenario: 'generation', scenarioBy: 'route thinkers' },
    ],
    ['effort means thinking', { effort: 'high', promptBytes: 2_000_000 }, { route: 'thinkers' }],
    [
      'a route by key and header',
      { clientKey: 'laptop', headers: { 'X-Team': 'blue' } },
      { route: 'laptops', timers: { idle: { ms: 7_000, setBy: 'route laptops' } } },
    ],
    [
      'the client’s own headers',
      { headers: { 'x-qcc-scenario': 'quick', 'x-qcc-timeout': '9s' } },
      {
        scenario: 'quick',
        scenarioBy: 'the header x-qcc-scenario',
        timers: { total: { ms: 9_000, setBy: 'header x-qcc-timeout' } },
      },
    ],
    ['a query on the path', { path: '/v1/messages?beta=true' }, { operation: 'generate' }],
    ['tokens counted', { path: '/v1/messages/count_tokens' }, { operation: 'count-tokens' }],
    ['another path', { path: '/v1/models' }, { operation: 'pass', protocol: 'openai-chat' }],
    ['a size beyond all bounds', { promptBytes: 1_000_000_000 }, { cluster: 'main' }],
  ])('%s', async (_, ask, expected) => {
    const { whatIf } = await decider(YAML);
    expect(whatIf({ ...ASK, ...ask }, 'en')).toMatchObject({ ok: true, value: expected });
  });

  it.each<[string, Partial<WhatIfAsk>, RegExp]>([
    ['a path that is not served', { path: '/nowhere' }, /No such path/],
    ['a key that there is not', { clientKey: 'desktop' }, /no client key "desktop"/],
    ['a listener that there is not', { listener: 'other' }, /no listener "other"/],
    ['a header that makes no sense', { headers: { 'x-qcc-scenario': 'slow' } }, /x-qcc-scenario/],
  ])('%s is told', async (_, ask, detail) => {
    const { whatIf } = await decider(YAML);
    expect(whatIf({ ...ASK, ...ask }, 'en')).toMatchObject({
      ok: false,
      error: { detail: expect.stringMatching(detail) },
    });
  });

  it('expects what was measured, and says nothing where nothing was', async () => {
    const { whatIf, predictor, idOf } = await decider(TWO);
    const key = { endpointId: idOf('a'), model: 'claude-test', effort: '', stream: true, sizeClass: 0 };
    const sizes = Array.from({ length: 12 }, (_, sizeClass) => sizeClass);
    for (const sizeClass of sizes)
      for (let n = 0; n < 20; n += 1)
        predictor.note({ ...key, sizeClass }, { longestSilenceMs: 900, totalMs: 4_000 }, NOW);
    const view = whatIf({ ...ASK, stream: true }, 'en');
    expect(view.ok && view.value.endpoints[0]?.expectedMs).toBeGreaterThan(3_000);
    expect(view.ok && view.value.endpoints[0]?.expectedMs).toBeLessThan(5_000);
    const unknown = whatIf({ ...ASK, model: 'other' }, 'en');
    expect(unknown.ok && unknown.value.endpoints[0]).not.toHaveProperty('expectedMs');
  });
});

describe('a what-if changes nothing', () => {
  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    cause: fc.constantFrom<FailureCause | undefined>(
      undefined,
      undefined,
      'reset',
      'rate-limited',
      'bad-key',
    ),
    ask: fc.record({
      path: fc.constantFrom('/v1/messages', '/v1/chat/completions', '/v1/models'),
      thinking: fc.boolean(),
      maxTokens: fc.integer({ min: 1, max: 100_000 }),
    }),
  });
  const yamlOf = (strategy: string) => `clusters:
  main:
    strategy: ${strategy}
    endpoints:
      - { name: a, base_url: "http://a", weight: 3, limits: { rps: 3 } }
      - { name: b, base_url: "http://b", weight: 2, edge: { silence: 20s } }
      - { name: c, base_url: "http://c" }
`;

  const choicesOf = (fleet: Fleet) =>
    ['s1', undefined].map((session) =>
      fleet.choose(
        {
          cluster: 'main',
          protocol: 'anthropic-messages',
          operation: 'generate',
          tried: [],
          ...(session === undefined ? {} : { session }),
        },
        NOW,
        () => 0.3,
      ),
    );

  it.each(STRATEGIES)('of the choices that follow, by %s', async (strategy) => {
    const settings = await settingsOf(yamlOf(strategy));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const asked = deciderOf(settings);
        const plain = deciderOf(settings);
        for (const { name, cause, ask } of steps) {
          asked.whatIf(ask, 'en');
          asked.call(name, cause);
          plain.call(name, cause);
          asked.whatIf({ ...ask, stream: true }, 'zh');
          expect(choicesOf(asked.fleet)).toEqual(choicesOf(plain.fleet));
        }
        expect(asked.fleet.snapshots()).toEqual(plain.fleet.snapshots());
        expect(asked.fleet.views(NOW)).toEqual(plain.fleet.views(NOW));
        expect(asked.predictor.snapshot()).toBe(plain.predictor.snapshot());
      }),
      { numRuns: 50 },
    );
  });
});
