/**
 * The house: which folder of src/ may import which. This file is the one place where it is said;
 * the dependency check reads it, and a test holds the table in ARCHITECTURE.md against it.
 *
 * `core` decides: no clock, no I/O, no environment. `shell` does. `edge` uses the gateway from outside.
 * `leaf` is open to all. Every folder but the leaves has one door: the file of its own name.
 */
export const LAYERS = {
  accept: {
    kind: 'shell',
    what: 'stage 1: listeners, body limit, client auth, the client’s disconnect',
    imports: ['platform'],
  },
  identify: {
    kind: 'core',
    what: 'stage 2: protocol, model, stream?, effort, session, fingerprint, the client’s own deadline',
    imports: ['protocols'],
  },
  plan: {
    kind: 'core',
    what: 'stage 3: route, scenario, deadline, and the next step',
    imports: ['cluster', 'resilience'],
  },
  attempt: {
    kind: 'shell',
    what: 'stage 4: one upstream call under its timers; classifies its end',
    imports: ['platform', 'protocols', 'resilience', 'telemetry'],
  },
  exchange: {
    kind: 'shell',
    what: 'one client request as a state machine, its index: claim, join, followers, departure, tickets',
    imports: ['platform', 'plan', 'attempt', 'cluster', 'resilience', 'journal', 'record', 'protocols'],
  },
  journal: {
    kind: 'shell',
    what: 'stage 5: how an answer’s bytes flow: pump, journal, follow, answer forms, heartbeats',
    imports: ['platform', 'protocols', 'sse', 'telemetry'],
  },
  record: {
    kind: 'shell',
    what: 'stage 6: ledger entry, request log line, metrics',
    imports: ['storage', 'telemetry'],
  },
  cluster: {
    kind: 'core',
    what: 'endpoint states, circuit, failure queue, balancing',
    imports: ['resilience'],
  },
  resilience: { kind: 'core', what: 'deadline budget, backoff, rate and concurrency limits', imports: [] },
  protocols: {
    kind: 'core',
    what: 'a folder per wire format: read a request, read usage, aggregate a stream, shape errors and heartbeats',
    imports: ['sse'],
  },
  sse: { kind: 'core', what: 'event-stream framing', imports: [] },
  explain: {
    kind: 'core',
    what: 'why a request was slow, cut or failed, from what the ledger holds',
    imports: [],
  },
  health: {
    kind: 'shell',
    what: 'verification probes that work off the failure queue',
    imports: ['platform', 'cluster', 'attempt', 'telemetry'],
  },
  doctor: {
    kind: 'shell',
    what: 'the walk from here to an endpoint’s model, step by step, and what it says is wrong',
    imports: ['platform', 'attempt', 'health', 'protocols', 'record', 'sse', 'telemetry'],
  },
  evidence: {
    kind: 'shell',
    what: 'gathers what is known of one exchange, also by a pasted error page, and has it explained',
    imports: ['cluster', 'exchange', 'explain', 'storage'],
  },
  storage: { kind: 'shell', what: 'the backends of what must survive, migrations', imports: [] },
  telemetry: { kind: 'shell', what: 'log, metrics, traces', imports: ['platform'] },
  alerts: {
    kind: 'shell',
    what: 'messages to webhooks about what goes wrong, and when it is right again',
    imports: ['platform', 'telemetry'],
  },
  config: { kind: 'shell', what: 'YAML to one frozen validated value, watched', imports: [] },
  admin: {
    kind: 'shell',
    what: 'the HTTP API behind CLI and dashboard, live streams, the dashboard’s files',
    imports: ['platform', 'cluster', 'storage', 'telemetry', 'config'],
  },
  gateway: {
    kind: 'shell',
    what: 'assembly: builds one gateway, wires it, shows it, reloads and drains it',
    imports: [
      'accept',
      'admin',
      'alerts',
      'attempt',
      'cluster',
      'config',
      'doctor',
      'evidence',
      'exchange',
      'health',
      'identify',
      'plan',
      'platform',
      'protocols',
      'record',
      'resilience',
      'storage',
      'telemetry',
      'pipeline.ts',
    ],
  },
  programs: {
    kind: 'edge',
    what: 'what commands start: the gateway’s process, the simulator, the demo',
    imports: [
      'accept',
      'cli',
      'config',
      'gateway',
      'platform',
      'record',
      'simulator',
      'storage',
      'telemetry',
    ],
  },
  cli: { kind: 'edge', what: 'commands; they talk to `admin` over HTTP', imports: ['config', 'sse'] },
  simulator: {
    kind: 'edge',
    what: 'a scriptable upstream and edge, for tests, demo and users',
    imports: ['protocols', 'sse', 'platform'],
  },
  domain: { kind: 'leaf', what: 'the nouns', imports: ['errors'] },
  errors: { kind: 'leaf', what: 'the error catalogue', imports: [] },
  platform: { kind: 'leaf', what: 'clock, ids, randomness', imports: [] },
};

/** The files at the top of src/, and what each may import. */
export const FILES = {
  'main.ts': {
    what: 'reads the environment, gives the CLI its ports; nothing else reads the environment',
    imports: ['cli', 'doctor', 'explain', 'programs', 'record', 'telemetry'],
  },
  'pipeline.ts': {
    what: 'the stages in their order, for one client request',
    imports: ['identify', 'plan', 'exchange', 'journal'],
  },
};

/** Leaves that every folder may import, from any file. */
export const OPEN = ['domain', 'errors'];

/** Folders without a door: every file may be imported by those who may import the folder. */
export const DOORLESS = ['domain', 'errors', 'platform', 'programs'];
