import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../test/harness/gateway.ts';
import { bodyOf } from '../domain/body.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import { attemptTimers } from './attempt-timers.ts';
import { planFor } from './plan-for.ts';

const CLUSTERS =
  'clusters: { main: { endpoints: [{ base_url: "http://a" }] }, other: { endpoints: [{ base_url: "http://b" }] } }\n';
const RECEIVED_AT = 1_000_000;
const request = (more: Partial<IdentifiedRequest> = {}) =>
  ({
    receivedAt: RECEIVED_AT,
    protocol: 'anthropic-messages',
    operation: 'generate',
    stream: true,
    thinking: false,
    headers: {},
    body: bodyOf(Buffer.alloc(10)),
    client: { name: 'local', credential: '' },
    listener: '',
    ...more,
  }) as IdentifiedRequest;
const planOf = async (yaml: string, more: Partial<IdentifiedRequest> = {}) =>
  planFor(request(more), await settingsOf(yaml + CLUSTERS));

describe('planFor', () => {
  it.each([
    ['quick', { maxTokens: 10 }, 30_000, 300_000],
    ['chat', {}, 60_000, 300_000],
    ['reasoning', { thinking: true }, 120_000, 600_000],
    ['generation', { maxTokens: 20_000 }, 180_000, 900_000],
  ] as const)('%s as it is built in', async (name, asked, firstByteMs, totalMs) => {
    const setBy = `scenario ${name}`;
    expect(await planOf('', asked)).toMatchObject({
      cluster: 'main',
      scenario: name,
      scenarioBy: 'request',
      connect: { ms: 10_000, setBy },
      firstByte: { ms: firstByteMs, setBy },
      idle: { ms: 60_000, setBy },
      total: { ms: totalMs, setBy },
      deadlineAt: RECEIVED_AT + totalMs,
    });
  });

  it.each([
    ['timeouts: { total: 50 }', {}, 50_000, 'timeouts'],
    ['scenarios: { chat: { total: 40 } }\ntimeouts: { total: 50 }', {}, 40_000, 'scenario chat'],
    ['scenarios: { chat: { total: 60 } }\ntimeouts: { total: 50 }', {}, 50_000, 'timeouts'],
    ['timeouts: { total: 50 }', { askedTimeoutMs: 80_000 }, 50_000, 'timeouts'],
    ['timeouts: { total: 500 }', {}, 500_000, 'timeouts'],
    ['', { clientPatienceMs: 600_000 }, 300_000, 'scenario chat'],
    ['', { clientPatienceMs: 100_000 }, 98_000, 'header x-stainless-timeout'],
    ['', { clientPatienceMs: 10_000 }, 9_500, 'header x-stainless-timeout'],
    ['', { clientPatienceMs: 10_000, askedTimeoutMs: 5_000 }, 5_000, 'header x-qcc-timeout'],
    ['', { clientPatienceMs: 10_000, askedTimeoutMs: 50_000 }, 9_500, 'header x-stainless-timeout'],
  ] as readonly [string, Partial<IdentifiedRequest>, number, string][])(
    'total with %j and %j: %i ms, set by %s',
    async (yaml, asked, ms, setBy) => {
      expect((await planOf(yaml === '' ? '' : `${yaml}\n`, asked)).total).toEqual({ ms, setBy });
    },
  );

  it('a route leads to its cluster and scenario, with its name', async () => {
    const yaml = 'routes: [{ name: r, match: { stream: true }, cluster: other, scenario: quick }]\n';
    expect(await planOf(yaml)).toMatchObject({
      cluster: 'other',
      scenario: 'quick',
      scenarioBy: 'route',
      route: 'r',
    });
    expect(await planOf(yaml, { stream: false })).toMatchObject({ cluster: 'main', scenario: 'chat' });
    expect(await planOf(yaml, { askedScenario: 'reasoning' })).toMatchObject({
      scenario: 'reasoning',
      scenarioBy: 'header',
    });
  });

  it('the first route that fits', async () => {
    const yaml =
      'routes: [{ name: other, match: { stream: false } }, { name: first, match: { model: "claude-*" } }, { name: second, match: {} }]\n';
    expect((await planOf(yaml, { model: 'claude-x' })).route).toBe('first');
    expect((await planOf(yaml, { model: 'gpt-x' })).route).toBe('second');
    expect((await planOf(yaml.replace(', { name: second, match: {} }', ''))).route).toBeUndefined();
  });

  it('default_cluster', async () => {
    expect((await planOf('default_cluster: other\n')).cluster).toBe('other');
  });
});

describe('attemptTimers', () => {
  const endpoint = (timeouts: Endpoint['timeouts']) => ({ name: 'e', timeouts }) as Endpoint;
  const NOW = RECEIVED_AT + 100_000;

  it('the plan’s, with what is left of the total', async () => {
    const plan = await planOf('');
    expect(attemptTimers(plan, endpoint({}), true, NOW)).toEqual({
      connect: plan.connect,
      firstByte: plan.firstByte,
      idle: plan.idle,
      total: { ms: 200_000, setBy: 'scenario chat' },
    });
    expect(attemptTimers(plan, endpoint({}), true, plan.deadlineAt + 5).total.ms).toBe(0);
  });

  it('the endpoint’s where they are smaller', async () => {
    const smaller = { connectMs: 1, firstByteMs: 2, idleMs: 3, totalMs: 4 };
    const setBy = 'endpoint e';
    expect(attemptTimers(await planOf(''), endpoint(smaller), true, NOW)).toEqual({
      connect: { ms: 1, setBy },
      firstByte: { ms: 2, setBy },
      idle: { ms: 3, setBy },
      total: { ms: 4, setBy },
    });
    const larger = { connectMs: 1e9, firstByteMs: 1e9, idleMs: 1e9, totalMs: 1e9 };
    expect(attemptTimers(await planOf(''), endpoint(larger), true, NOW).idle.setBy).toBe('scenario chat');
  });

  it('not streamed upstream: the scenario’s first byte does not count, the endpoint’s does', async () => {
    const plan = await planOf('scenarios: { chat: { first_byte: 5 } }\n');
    expect(attemptTimers(plan, endpoint({}), false, NOW).firstByte).toBeUndefined();
    const own = attemptTimers(plan, endpoint({ firstByteMs: 90_000 }), false, NOW);
    expect(own.firstByte).toEqual({ ms: 90_000, setBy: 'endpoint e' });
  });
});
