import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../src/cli/cli.ts';
import { pidFileText } from '../../src/cli/pid-file.ts';
import type { CliPorts } from '../../src/cli/ports.ts';
import type { EndpointView } from '../../src/domain/health.ts';
import type { GatewayView } from '../../src/domain/view.ts';
import type { Language } from '../../src/errors/catalogue.ts';

/** What a command did. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A fresh `$QCC_HOME` for a test; `remove` takes it away again. */
export function temporaryHome(): { readonly home: string; remove(): void } {
  const home = mkdtempSync(join(tmpdir(), 'qcc-cli-'));
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** Runs one command as a user would, with what a test needs to be different. */
export async function runWith(
  argv: readonly string[],
  home: string,
  more: Partial<CliPorts> & { readonly language?: Language } = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const never = (name: string) => (): never => {
    throw new Error(`${name} was not expected to be called`);
  };
  const code = await runCli(argv, {
    env: {},
    version: '0.1.0',
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    language: 'en',
    home,
    startGateway: never('startGateway'),
    startSimulator: never('startSimulator'),
    runDemo: never('runDemo'),
    doctor: never('doctor'),
    readLogTail: () => [],
    followLog: never('followLog'),
    lineFilter: never('lineFilter'),
    spawnDetached: never('spawnDetached'),
    runProgram: never('runProgram'),
    ...more,
  });
  return { code, out, err };
}

/** An admin API that answers from a table: `GET status` → body, or status and body. */
export interface FakeGateway {
  readonly address: string;
  /** `POST queue/clear?id=…`, as they came. */
  readonly asked: string[];
  /** Body by method and path; `[status, body]` for other than 200. */
  readonly answers: Map<string, unknown>;
  /** JSON bodies of the POSTs, in their order. */
  readonly bodies: unknown[];
  /** Asked for from now on. */
  token: string | undefined;
  /** Sends an event to all who follow the live stream. */
  say(event: string, data: unknown): void;
  /** Ends all live streams. */
  hangUp(): void;
  /** Settles once `count` streams have been opened in all. */
  followed(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts one that shows `view` and writes proxy.pid as the gateway's process does. */
export async function startFakeGateway(home: string, view: GatewayView): Promise<FakeGateway> {
  const live = liveStreams();
  const gateway: { -readonly [K in keyof FakeGateway]: FakeGateway[K] } = {
    ...live,
    address: '',
    asked: [],
    bodies: [],
    answers: new Map<string, unknown>([['GET status', view]]),
    token: undefined,
    close: () =>
      new Promise((resolve) => {
        live.hangUp();
        server.close(() => resolve());
      }),
  };
  const server: Server = createServer((request, response) => {
    if (request.url === '/__qcc__/live' && !gateway.answers.has('GET live')) live.open(response);
    else void answer(gateway, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  gateway.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writePidFile(home, view.pid, gateway.address);
  return gateway;
}

/** The readers of a live stream. */
function liveStreams() {
  const readers = new Set<ServerResponse>();
  const waiting: { readonly count: number; readonly done: () => void }[] = [];
  let opened = 0;
  return {
    open(response: ServerResponse): void {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      readers.add(response);
      response.on('close', () => readers.delete(response));
      opened += 1;
      for (const { count, done } of waiting) if (opened >= count) done();
    },
    say(event: string, data: unknown): void {
      for (const reader of readers) reader.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    hangUp(): void {
      for (const reader of readers) reader.end();
    },
    followed: (count: number): Promise<void> =>
      new Promise((done) => {
        if (opened >= count) done();
        else waiting.push({ count, done });
      }),
  };
}

export function writePidFile(home: string, pid: number, address: string, birth?: string): void {
  const written = { pid, address, ...(birth === undefined ? {} : { birth }) };
  writeFileSync(join(home, 'proxy.pid'), pidFileText(written));
}

async function answer(
  gateway: FakeGateway,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  if (parts.length > 0) gateway.bodies.push(JSON.parse(Buffer.concat(parts).toString('utf8')));
  const path = (request.url ?? '').replace('/__qcc__/', '');
  const asked = `${request.method} ${path}`;
  if (path !== 'status') gateway.asked.push(asked);
  const refusal = refusalFor(gateway, request);
  const found = refusal ?? gateway.answers.get(asked) ?? [404, error('unknown_path', `no ${asked}`)];
  const [status, body] = Array.isArray(found) && typeof found[0] === 'number' ? found : [200, found];
  response.writeHead(status as number, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refusalFor({ token }: FakeGateway, { method, headers }: IncomingMessage): unknown {
  if (method === 'POST' && headers['x-qcc-admin'] !== '1')
    return [403, error('admin_forbidden', 'no header')];
  if (token !== undefined && headers['x-qcc-admin-token'] !== token) {
    return [403, error('admin_forbidden', 'The admin API is not open to this request: a token is needed.')];
  }
  return undefined;
}

export function error(code: string, message: string): unknown {
  return { error: { code, message } };
}

/** The instant at which the views below are looked at. */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

const QUIET: EndpointView = {
  id: '1e3e69eb',
  name: 'jp.duckcoding.com',
  baseUrl: 'https://jp.duckcoding.com',
  clusters: ['main'],
  enabled: true,
  priority: 1,
  weight: 100,
  health: 'healthy',
  circuit: { kind: 'closed' },
  inQueue: false,
  coolingUntil: 0,
  successRate: 0.9876,
  requests: 12_345,
  consecutiveFailures: 0,
  p50Ms: 1234,
  p95Ms: 65_000,
  qps: 1.25,
  inFlight: 3,
};

/** Endpoints in every state, with names and addresses that are hard on a table. */
export const ENDPOINTS: readonly EndpointView[] = [
  { ...QUIET, edge: { silenceMs: 100_000, totalMs: 900_000 } },
  {
    ...QUIET,
    id: '1e3f0002',
    name: '备用线路之二（东京机房）',
    baseUrl: 'https://backup.a-very-long-host-name.example.com/a/path/prefix/v1',
    clusters: ['main', 'a-cluster-with-a-long-name'],
    priority: 2,
    weight: 50,
    health: 'unhealthy',
    circuit: { kind: 'open', since: NOW - 125_000, nextCheckAt: NOW + 45_000, checks: 2 },
    inQueue: true,
    successRate: 0,
    requests: 3,
    consecutiveFailures: 3,
    lastError: {
      at: NOW - 125_000,
      detail: 'HTTP 504 \u001b[31mGateway\u001b[0m Time-out after a very long wait, again',
    },
  },
  {
    ...QUIET,
    id: '2f4a80fc',
    name: 'cooling',
    baseUrl: 'http://127.0.0.1:9000',
    health: 'degraded',
    coolingUntil: NOW + 10_000,
    p50Ms: 88,
    learnedEdge: { silenceMs: 60_000, since: NOW - 9_000, lastCutAt: NOW - 9_000, cuts: 2 },
    lastError: { at: NOW - 3_700_000, detail: 'HTTP 429' },
  },
  {
    id: '3a5b91ad',
    name: 'spare',
    baseUrl: 'https://spare.example.com',
    clusters: ['spare'],
    enabled: false,
    priority: 1,
    weight: 100,
    health: 'unknown',
    circuit: { kind: 'closed' },
    inQueue: false,
    coolingUntil: 0,
    requests: 0,
    consecutiveFailures: 0,
    qps: 0,
    inFlight: 0,
  },
];

/** A gateway that has been running for 3 min 5 s in this process. */
export const GATEWAY: GatewayView = {
  pid: process.pid,
  version: '0.1.0',
  addresses: ['http://127.0.0.1:7860'],
  startedAt: NOW - 185_000,
  draining: false,
  config: { file: '/home/user/.qcc/config.yaml', loadedAt: NOW - 185_000, demo: false },
  requests: 1_280,
  successes: 1_250,
  failures: 20,
  running: 10,
  meanMs: 12_345,
  lifetime: { requests: 45_678, successes: 45_000, failures: 668 },
  endpoints: ENDPOINTS,
};
