import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/doubles/fake-clock.ts';
import type { EndpointView } from '../domain/health.ts';
import type { AttemptContext, AttemptRecord, ExchangeRecord } from '../domain/ledger.ts';
import { createMetrics } from './metrics.ts';

const ABOUT: AttemptContext = {
  id: 'req-1',
  protocol: 'anthropic-messages',
  operation: 'generate',
  stream: true,
  client: 'local',
  cluster: 'main',
  scenario: 'chat',
  model: 'claude-test',
};

const RECORD: ExchangeRecord = {
  id: 'req-1',
  startedAt: 1_000,
  endedAt: 3_500,
  path: '/v1/messages',
  protocol: 'anthropic-messages',
  operation: 'generate',
  stream: true,
  client: 'local',
  listener: 'main',
  cluster: 'main',
  scenario: 'chat',
  requestBytes: 10,
  delivery: 'delivered',
  failed: false,
  joined: 0,
  usage: { inputTokens: 10, cacheReadTokens: 100, cacheWriteTokens: 5, outputTokens: 7 },
  charge: 'charged',
  lostCalls: 0,
  savedCalls: 0,
};

const ATTEMPT: AttemptRecord = {
  exchangeId: 'req-1',
  n: 1,
  endpointId: 'e1',
  startedAt: 1_000,
  firstEventMs: 1_300,
  longestSilenceMs: 1,
  totalMs: 2_000,
  result: 'answered',
  chargeRisk: 'certain',
  charge: 'charged',
  usage: {},
  why: '',
};

const ENDPOINT: EndpointView = {
  id: 'e1',
  name: 'a "name"',
  baseUrl: 'https://a.example',
  clusters: ['main'],
  enabled: true,
  priority: 1,
  weight: 1,
  health: 'unhealthy',
  circuit: { kind: 'half-open', since: 1, checks: 0 },
  inQueue: true,
  coolingUntil: 0,
  requests: 0,
  consecutiveFailures: 0,
  qps: 0,
  inFlight: 3,
};

async function counted(endpoints: () => readonly EndpointView[] = () => [ENDPOINT]) {
  const clock = createFakeClock();
  const metrics = await createMetrics({
    readings: { endpoints, waiting: () => [['main', 2]], running: () => 4, keptBytes: () => 5 },
    clock,
    version: '1.2.3',
  });
  const lines = async () => (await metrics.text()).split('\n').filter((line) => !line.startsWith('#'));
  return { metrics, lines, clock };
}

const GEN_AI =
  'gen_ai_operation_name="chat",gen_ai_provider_name="anthropic",gen_ai_request_model="claude-test"';

describe('an exchange', () => {
  it('is counted with its duration, first token and tokens', async () => {
    const { metrics, lines } = await counted();
    metrics.attemptEnded?.(ATTEMPT, ABOUT);
    metrics.exchangeEnded?.(RECORD, [ATTEMPT], ABOUT);
    const found = await lines();
    for (const line of [
      `gen_ai_client_operation_duration_seconds_bucket{le="1.28",${GEN_AI}} 0`,
      `gen_ai_client_operation_duration_seconds_bucket{le="2.56",${GEN_AI}} 1`,
      `gen_ai_client_operation_duration_seconds_bucket{le="1310.72",${GEN_AI}} 1`,
      `gen_ai_client_operation_duration_seconds_sum{${GEN_AI}} 2.5`,
      `gen_ai_server_time_to_first_token_seconds_sum{${GEN_AI}} 1.3`,
      `gen_ai_client_token_usage_sum{${GEN_AI},gen_ai_token_type="input"} 115`,
      `gen_ai_client_token_usage_sum{${GEN_AI},gen_ai_token_type="output"} 7`,
      'qcc_exchanges_total{operation="generate",delivery="delivered"} 1',
      'qcc_attempts_total{endpoint_id="e1",endpoint="a \\"name\\"",cause="answered",charge_risk="certain"} 1',
      'qcc_attempt_duration_seconds_sum{endpoint_id="e1",endpoint="a \\"name\\""} 2',
    ])
      expect(found).toContain(line);
  });

  it.each([
    [{ failed: true, cause: 'timeout' }, 'timeout'],
    [{ failed: true, error: 'queue_full' }, 'queue_full'],
    [{ failed: true, delivery: 'left' }, 'left'],
  ] as const)('that failed says why: %j', async (more, errorType) => {
    const { metrics, lines } = await counted();
    metrics.exchangeEnded?.({ ...RECORD, ...more }, [ATTEMPT], ABOUT);
    expect(await lines()).toContain(
      `gen_ai_client_operation_duration_seconds_count{${GEN_AI},error_type="${errorType}"} 1`,
    );
  });

  it('that is no generation is counted, not measured', async () => {
    const { metrics, lines } = await counted();
    metrics.exchangeEnded?.({ ...RECORD, operation: 'count-tokens' }, [ATTEMPT], ABOUT);
    const found = (await lines()).join('\n');
    expect(found).toContain('qcc_exchanges_total{operation="count-tokens",delivery="delivered"} 1');
    expect(found).not.toContain('gen_ai_client_operation_duration_seconds_count{');
  });

  it('whose row is written again is not counted again, but what was lost is regained', async () => {
    const { metrics, lines } = await counted();
    const lost = { ...RECORD, delivery: 'undelivered', lostMicroUsd: 300, lostCalls: 1 } as const;
    const fetched = { ...RECORD, savedMicroUsd: 50, savedCalls: 1 };
    metrics.exchangeEnded?.(lost, [ATTEMPT], ABOUT);
    metrics.exchangeEnded?.(fetched, [ATTEMPT], ABOUT, lost);
    metrics.exchangeEnded?.({ ...fetched, savedMicroUsd: 80, savedCalls: 2 }, [ATTEMPT], ABOUT, fetched);
    const found = await lines();
    for (const line of [
      'qcc_exchanges_total{operation="generate",delivery="undelivered"} 1',
      'qcc_lost_micro_usd_total 300',
      'qcc_lost_calls_total 1',
      'qcc_regained_micro_usd_total 300',
      'qcc_regained_calls_total 1',
      'qcc_saved_micro_usd_total 80',
      'qcc_saved_calls_total 2',
    ])
      expect(found).toContain(line);
    expect(found.filter((line) => line.startsWith('qcc_exchanges_total'))).toHaveLength(1);
  });
});

describe('labels', () => {
  it('are bounded, whatever clients ask for', async () => {
    const { metrics, lines } = await counted();
    for (let n = 0; n < 500; n += 1)
      metrics.exchangeEnded?.(RECORD, [ATTEMPT], { ...ABOUT, model: `model-${n}` });
    for (let n = 0; n < 500; n += 1) metrics.attemptEnded?.({ ...ATTEMPT, endpointId: `id-${n}` }, ABOUT);
    const found = await lines();
    const counts = found.filter((line) => line.startsWith('gen_ai_client_operation_duration_seconds_count'));
    expect(counts).toHaveLength(51);
    expect(counts.at(-1)).toMatch(/gen_ai_request_model="other"\} 450$/);
    expect(found.filter((line) => line.startsWith('qcc_attempts_total'))).toHaveLength(201);
  });

  it('of models that an upstream turned down are not kept apart', async () => {
    const { metrics, lines } = await counted();
    metrics.exchangeEnded?.(RECORD, [{ ...ATTEMPT, result: 'rejected' }], { ...ABOUT, model: 'no-such' });
    expect((await lines()).join()).not.toContain('no-such');
  });

  it('that are long names begin alike for what reads them, and are one', async () => {
    const { metrics, lines } = await counted();
    for (const end of ['a', 'b'])
      metrics.exchangeEnded?.(RECORD, [ATTEMPT], { ...ABOUT, model: 'x'.repeat(1_000) + end });
    const counts = (await lines()).filter((line) => line.includes('operation_duration_seconds_count'));
    expect(counts).toEqual([expect.stringMatching(/gen_ai_request_model="x{100}"\} 2$/)]);
  });

  it('survive what clients put into a model’s name', async () => {
    const { metrics, lines } = await counted();
    const model = `a"b\\c\nd,${'x'.repeat(300)}`;
    metrics.exchangeEnded?.(RECORD, [ATTEMPT], { ...ABOUT, model });
    const [line = ''] = (await lines()).filter((one) => one.includes('operation_duration_seconds_count'));
    expect(line).toMatch(/gen_ai_request_model="a\\"b\\\\c_d_x{92}"\} 1$/);
  });
});

describe('what is read when it is asked for', () => {
  it('is how things are then', async () => {
    let endpoints: readonly EndpointView[] = [ENDPOINT, { ...ENDPOINT, id: 'e2', name: 'b', inQueue: false }];
    const { lines } = await counted(() => endpoints);
    for (const line of [
      'qcc_circuit_state{endpoint_id="e1",endpoint="a \\"name\\""} 1',
      'qcc_in_flight{endpoint_id="e1",endpoint="a \\"name\\""} 3',
      'qcc_failure_queue_length 1',
      'qcc_slot_queue_length{cluster="main"} 2',
      'qcc_exchanges_running 4',
      'qcc_kept_bytes 5',
      `qcc_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
    ])
      expect(await lines()).toContain(line);
    endpoints = [];
    expect((await lines()).join()).not.toContain('qcc_circuit_state{');
  });

  it('counts processor time once, however often it is read', async () => {
    const { lines } = await counted();
    await lines();
    const [line = ''] = (await lines()).filter((one) => one.startsWith('process_cpu_seconds_total'));
    const { user, system } = process.cpuUsage();
    expect(Number(line.split(' ')[1])).toBeLessThanOrEqual((user + system) / 1e6);
  });
});

it('other events have counters of their own', async () => {
  const { metrics, lines } = await counted();
  metrics.turnedAway?.('bad_json', 400);
  metrics.joined?.('replay', ABOUT);
  metrics.heartbeat?.('openai-chat');
  metrics.alertMessage('sent');
  metrics.otlpDropped('traces', 3);
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'qcc_turned_away_total{code="bad_json"} 1',
      'qcc_joins_total{how="replay"} 1',
      'qcc_heartbeats_total{protocol="openai-chat"} 1',
      'qcc_alert_messages_total{result="sent"} 1',
      'qcc_otlp_dropped_total{signal="traces"} 3',
    ]),
  );
});

it('the event loop’s lag is measured until it is closed', async () => {
  const { metrics, lines, clock } = await counted();
  const count = async () =>
    Number(
      (await lines()).find((line) => line.startsWith('qcc_event_loop_lag_seconds_count'))?.split(' ')[1],
    );
  clock.advance(1_000);
  expect(await count()).toBe(10);
  metrics.close();
  clock.advance(1_000);
  expect(await count()).toBe(10);
});

it('the text is the format’s, to the byte: help, type, order, escapes, cumulative buckets', async () => {
  const { metrics, clock } = await counted();
  metrics.attemptEnded?.(ATTEMPT, ABOUT);
  metrics.attemptEnded?.({ ...ATTEMPT, endpointId: 'gone', result: 'edge-timeout', totalMs: 100_100 }, ABOUT);
  metrics.attemptEnded?.({ ...ATTEMPT, result: 'cancelled', chargeRisk: 'likely' }, ABOUT);
  metrics.exchangeEnded?.(RECORD, [ATTEMPT], ABOUT);
  metrics.exchangeEnded?.({ ...RECORD, endedAt: 9e9, failed: true, cause: 'timeout' }, [ATTEMPT], ABOUT);
  metrics.exchangeEnded?.({ ...RECORD, protocol: 'openai-chat', lostMicroUsd: 1.5 }, [], {
    ...ABOUT,
    model: 'b\\"\n',
  });
  metrics.exchangeEnded?.({ ...RECORD, operation: 'pass', delivery: 'broken' }, [ATTEMPT], ABOUT);
  metrics.turnedAway?.('bad_json', 400);
  metrics.otlpDropped('metrics', 7);
  clock.advance(350);
  const varies = /^((?:process|nodejs)_\w+|qcc_build_info\{.*\}) \S+$/gm;
  expect(
    (await metrics.text()).replace(varies, '$1 …').replace(process.versions.node, 'NODE'),
  ).toMatchSnapshot();
});
