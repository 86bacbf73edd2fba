/** A metric: its name for Prometheus, and the one OpenTelemetry knows it by. */
export interface MetricDefinition {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds, in the metric's unit. */
  readonly buckets?: readonly number[];
  /** Name and unit (UCUM) over OTLP. */
  readonly otel: string;
  readonly unit: string;
}

const powers = (first: number, factor: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, k) => Number((first * factor ** k).toPrecision(12)));

/**
 * Bounds that OpenTelemetry's conventions give for durations, 0.01 s · 2ᵏ, which end at 82 s there; answers that take
 * a quarter of an hour need four more (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/).
 */
const DURATION_BUCKETS = powers(0.01, 2, 18);
/** As in the same conventions. */
const TOKEN_BUCKETS = powers(1, 4, 14);
/** Bounds at which edges cut (60, 100, 125 s) stand among them, so that the cuts show as a step. */
const ATTEMPT_BUCKETS = [0.5, 1, 2, 5, 10, 20, 30, 45, 60, 80, 100, 125, 180, 300, 600, 1200];
const LAG_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

const GEN_AI = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_request_model'] as const;
const ENDPOINT = ['endpoint_id', 'endpoint'] as const;

/** Every metric there is. docs/metrics.md says the same, which a test demands. */
export const METRICS = {
  duration: {
    name: 'gen_ai_client_operation_duration_seconds',
    kind: 'histogram',
    help: 'How long generation requests took, over all their attempts.',
    labels: [...GEN_AI, 'error_type'],
    buckets: DURATION_BUCKETS,
    otel: 'gen_ai.client.operation.duration',
    unit: 's',
  },
  firstToken: {
    name: 'gen_ai_server_time_to_first_token_seconds',
    kind: 'histogram',
    help: 'From the beginning of an upstream call to its first event, of calls that answered.',
    labels: GEN_AI,
    buckets: DURATION_BUCKETS,
    otel: 'gen_ai.server.time_to_first_token',
    unit: 's',
  },
  tokens: {
    name: 'gen_ai_client_token_usage',
    kind: 'histogram',
    help: 'Tokens of generation requests, by gen_ai_token_type (input, output).',
    labels: [...GEN_AI, 'gen_ai_token_type'],
    buckets: TOKEN_BUCKETS,
    otel: 'gen_ai.client.token.usage',
    unit: '{token}',
  },
  attempts: {
    name: 'qcc_attempts_total',
    kind: 'counter',
    help: 'Upstream calls that ended, by endpoint, cause (answered, rejected, or why it failed) and charge risk.',
    labels: [...ENDPOINT, 'cause', 'charge_risk'],
    otel: 'qcc.attempts',
    unit: '{attempt}',
  },
  attemptDuration: {
    name: 'qcc_attempt_duration_seconds',
    kind: 'histogram',
    help: 'How long upstream calls took, by endpoint.',
    labels: ENDPOINT,
    buckets: ATTEMPT_BUCKETS,
    otel: 'qcc.attempt.duration',
    unit: 's',
  },
  exchanges: {
    name: 'qcc_exchanges_total',
    kind: 'counter',
    help: 'Exchanges that ended, by operation and delivery.',
    labels: ['operation', 'delivery'],
    otel: 'qcc.exchanges',
    unit: '{exchange}',
  },
  turnedAway: {
    name: 'qcc_turned_away_total',
    kind: 'counter',
    help: 'Requests that never became an exchange, by code of the error.',
    labels: ['code'],
    otel: 'qcc.turned_away',
    unit: '{request}',
  },
  joins: {
    name: 'qcc_joins_total',
    kind: 'counter',
    help: 'Clients that joined an answer being made (live) or already made (replay), instead of paying for another.',
    labels: ['how'],
    otel: 'qcc.joins',
    unit: '{client}',
  },
  heartbeats: {
    name: 'qcc_heartbeats_total',
    kind: 'counter',
    help: 'Signs of life sent to clients.',
    labels: ['protocol'],
    otel: 'qcc.heartbeats',
    unit: '{heartbeat}',
  },
  lostMicroUsd: {
    name: 'qcc_lost_micro_usd_total',
    kind: 'counter',
    help: 'Paid for answers that no client had got when the exchange ended, in millionths of a US dollar.',
    labels: [],
    otel: 'qcc.lost',
    unit: '{micro_usd}',
  },
  lostCalls: {
    name: 'qcc_lost_calls_total',
    kind: 'counter',
    help: 'Upstream calls that were, or may have been, charged for nothing.',
    labels: [],
    otel: 'qcc.lost.calls',
    unit: '{call}',
  },
  regainedMicroUsd: {
    name: 'qcc_regained_micro_usd_total',
    kind: 'counter',
    help: 'Of what had been counted as lost: paid for answers that a client fetched after all.',
    labels: [],
    otel: 'qcc.regained',
    unit: '{micro_usd}',
  },
  regainedCalls: {
    name: 'qcc_regained_calls_total',
    kind: 'counter',
    help: 'Of the calls that had been counted as lost: those whose answer a client fetched after all.',
    labels: [],
    otel: 'qcc.regained.calls',
    unit: '{call}',
  },
  savedMicroUsd: {
    name: 'qcc_saved_micro_usd_total',
    kind: 'counter',
    help: 'What clients that joined an answer would have paid for one of their own.',
    labels: [],
    otel: 'qcc.saved',
    unit: '{micro_usd}',
  },
  savedCalls: {
    name: 'qcc_saved_calls_total',
    kind: 'counter',
    help: 'Upstream calls that were not made, since clients joined an answer.',
    labels: [],
    otel: 'qcc.saved.calls',
    unit: '{call}',
  },
  running: {
    name: 'qcc_exchanges_running',
    kind: 'gauge',
    help: 'Exchanges under way.',
    labels: [],
    otel: 'qcc.exchanges.running',
    unit: '{exchange}',
  },
  waiting: {
    name: 'qcc_slot_queue_length',
    kind: 'gauge',
    help: 'Requests waiting for a slot at an endpoint, by cluster.',
    labels: ['cluster'],
    otel: 'qcc.slot_queue.length',
    unit: '{request}',
  },
  keptBytes: {
    name: 'qcc_kept_bytes',
    kind: 'gauge',
    help: 'Answers kept in memory for clients that come back.',
    labels: [],
    otel: 'qcc.kept',
    unit: 'By',
  },
  circuit: {
    name: 'qcc_circuit_state',
    kind: 'gauge',
    help: 'State of an endpoint’s circuit: 0 closed (in use), 1 half-open (being tried), 2 open (in the failure queue).',
    labels: ENDPOINT,
    otel: 'qcc.circuit.state',
    unit: '1',
  },
  failureQueue: {
    name: 'qcc_failure_queue_length',
    kind: 'gauge',
    help: 'Endpoints in the failure queue.',
    labels: [],
    otel: 'qcc.failure_queue.length',
    unit: '{endpoint}',
  },
  inFlight: {
    name: 'qcc_in_flight',
    kind: 'gauge',
    help: 'Upstream calls under way, by endpoint.',
    labels: ENDPOINT,
    otel: 'qcc.in_flight',
    unit: '{call}',
  },
  alertMessages: {
    name: 'qcc_alert_messages_total',
    kind: 'counter',
    help: 'Alert messages, by result: sent, failed, or dropped since too many were waiting.',
    labels: ['result'],
    otel: 'qcc.alert.messages',
    unit: '{message}',
  },
  otlpDropped: {
    name: 'qcc_otlp_dropped_total',
    kind: 'counter',
    help: 'Spans and metric points that could not be exported, by signal.',
    labels: ['signal'],
    otel: 'qcc.otlp.dropped',
    unit: '{item}',
  },
  loopLag: {
    name: 'qcc_event_loop_lag_seconds',
    kind: 'histogram',
    help: 'How late a timer fires that is due ten times a second.',
    labels: [],
    buckets: LAG_BUCKETS,
    otel: 'qcc.event_loop.lag',
    unit: 's',
  },
  buildInfo: {
    name: 'qcc_build_info',
    kind: 'gauge',
    help: 'Always 1; its labels say which version runs on which Node.',
    labels: ['version', 'node'],
    otel: 'qcc.build',
    unit: '1',
  },
  cpu: {
    name: 'process_cpu_seconds_total',
    kind: 'counter',
    help: 'Processor time used, user and system.',
    labels: [],
    otel: 'process.cpu.time',
    unit: 's',
  },
  residentMemory: {
    name: 'process_resident_memory_bytes',
    kind: 'gauge',
    help: 'Resident memory.',
    labels: [],
    otel: 'process.memory.usage',
    unit: 'By',
  },
  heapUsed: {
    name: 'nodejs_heap_size_used_bytes',
    kind: 'gauge',
    help: 'Heap in use.',
    labels: [],
    otel: 'nodejs.heap.used',
    unit: 'By',
  },
  externalMemory: {
    name: 'nodejs_external_memory_bytes',
    kind: 'gauge',
    help: 'Memory outside the heap that belongs to objects on it, buffers above all.',
    labels: [],
    otel: 'nodejs.memory.external',
    unit: 'By',
  },
  startTime: {
    name: 'process_start_time_seconds',
    kind: 'gauge',
    help: 'When the process began, in seconds since the epoch.',
    labels: [],
    otel: 'process.start_time',
    unit: 's',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricKey = keyof typeof METRICS;
