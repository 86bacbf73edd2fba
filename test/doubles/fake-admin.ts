import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AdminPorts, createAdmin } from '../../src/admin/admin.ts';
import type { CheckupEvent, Diagnosis } from '../../src/domain/checkup.ts';
import type {} from '../../src/domain/explanation.ts';
import type {} from '../../src/domain/health.ts';
import type { ExchangeRecord } from '../../src/domain/ledger.ts';
import { fail, ok, type Result } from '../../src/domain/result.ts';
import type {} from '../../src/domain/view.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';

import {
  CLUSTER,
  CONFIG,
  ENDPOINT,
  EXCHANGE,
  EXPLANATION,
  GATEWAY,
  LIVE,
  PAGE,
  POINT,
  QUEUE,
  RECORDED,
  ROUTES,
  SUMMARY,
  VERIFIED,
  WHAT_IF,
} from './fake-views.ts';

/** An admin API over ports that write down what they are asked, for the tests of this folder. */

export interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

type CheckUp = (onEvent: (event: CheckupEvent) => void, signal: AbortSignal) => Promise<Diagnosis>;

/** An admin API on a port of its own, and what its ports were asked. */
export interface FakeAdmin {
  readonly calls: unknown[][];
  /** What the next reload says. */
  reloadResult: Result<{ clusters: number; endpoints: number }, { detail: string }>;
  token: string | undefined;
  checkUp: CheckUp;
  readonly port: number;
  /** How often it was looked at for the live view. */
  readonly liveViews: number;
  /** Why the live view can't be had. */
  liveTrouble: Error | undefined;
  /** How many listen for rows. */
  readonly rowListeners: number;
  /** Writes a row. */
  row(record: ExchangeRecord): void;
  ask(method: string, path: string, headers?: Record<string, string>, body?: string): Promise<Told>;
  /** With the header that a change needs. */
  post(path: string, body?: unknown): Promise<Told>;
  /** The answer as it begins: for streams. */
  open(
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: string,
  ): Promise<IncomingMessage>;
  /** As the gateway's stop does. */
  end(): void;
  close(): Promise<void>;
}

export async function fakeAdmin(options: { clock?: Clock; dashboard?: string } = {}): Promise<FakeAdmin> {
  const calls: unknown[][] = [];
  let liveViews = 0;
  const rows = new Set<(record: ExchangeRecord) => void>();
  const admin = createAdmin(recordingPorts(), {
    clock: options.clock ?? systemClock,
    language: 'en',
    ...(options.dashboard === undefined ? {} : { dashboard: options.dashboard }),
    settings: () => (fake.token === undefined ? {} : { token: fake.token }),
  });
  const server = createServer((request, response) => {
    void admin.handle(request, response, request.url!.split('?')[0]!);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const open: FakeAdmin['open'] = (method, path, headers = {}, body) =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest({ port, host: '127.0.0.1', method, path, headers, agent: false }, resolve);
      outgoing.on('error', reject).end(body);
    });
  const ask: FakeAdmin['ask'] = async (method, path, headers, body) => {
    const answer = await open(method, path, headers, body);
    let text = '';
    for await (const part of answer.setEncoding('utf8')) text += part;
    const { statusCode = 0, headers: told } = answer;
    const isJson = text !== '' && told['content-type']?.startsWith('application/json') === true;
    return { status: statusCode, headers: told, body: isJson ? JSON.parse(text) : text };
  };

  const fake: FakeAdmin = {
    calls,
    reloadResult: ok({ clusters: 1, endpoints: 2 }),
    token: undefined,
    checkUp: async () => ({ healthy: true, headline: 'All is well.', problems: [] }),
    port,
    get liveViews() {
      return liveViews;
    },
    liveTrouble: undefined,
    get rowListeners() {
      return rows.size;
    },
    row(record) {
      for (const listener of rows) listener(record);
    },
    ask,
    post: (path, body) =>
      ask('POST', path, { 'x-qcc-admin': '1' }, body === undefined ? undefined : JSON.stringify(body)),
    open,
    end: () => admin.close(),
    close: () =>
      new Promise((resolve) => {
        admin.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;

  /** Writes down what was called with what. */
  function recordingPorts(): AdminPorts {
    const called = <T>(name: string, result: T, ...words: unknown[]): T => {
      calls.push([name, ...words]);
      return result;
    };
    return {
      gateway: () => GATEWAY,
      clusters: () => [CLUSTER],
      routes: () => ROUTES,
      endpoints: () => [ENDPOINT],
      history: async (id, limit) =>
        called('history', [{ at: 1, endpointId: id, kind: 'opened', detail: 'HTTP 504' }], id, limit),
      verify: async (id) => called('verify', [VERIFIED], id),
      verifyQueue: async (id) => called('verifyQueue', [VERIFIED], id),
      queue: () => [QUEUE],
      clearQueue: (id) => called('clearQueue', 1, id),
      reload: async () => called('reload', fake.reloadResult),
      stop: () => called('stop', undefined),
      exchanges: () => {
        if (calls.some(([name]) => name === 'break')) throw new Error('the exchanges are gone');
        return [EXCHANGE];
      },
      cancelExchange: (id) => called('cancelExchange', id === 'req-1', id),
      forgetEdge: (id) => called('forgetEdge', true, id),
      ledgerList: async (query) => called('ledgerList', [RECORDED], query),
      ledgerExchange: async (id) =>
        called('ledgerExchange', id === 'req-1' ? { exchange: RECORDED, attempts: [] } : undefined, id),
      ledgerSummary: async (query, by) => called('ledgerSummary', [SUMMARY], query, by),
      ledgerPoints: async (query) => called('ledgerPoints', [POINT], query),
      ledgerAttempts: async (query) => called('ledgerAttempts', [], query),
      liveView: async () => {
        liveViews += 1;
        if (fake.liveTrouble) throw fake.liveTrouble;
        return LIVE;
      },
      onExchange: (listener) => {
        rows.add(listener);
        return () => void rows.delete(listener);
      },
      whatIf: (words, language) =>
        words.path === '/none'
          ? fail({ detail: 'no such path' })
          : called('whatIf', ok(WHAT_IF), words, language),
      config: async () => CONFIG,
      checkConfig: async (text) => called('checkConfig', [{ line: 1, column: 2, message: 'wrong' }], text),
      applyConfig: async (text, version) =>
        called('applyConfig', { kind: 'conflict', version: 'b' }, text, version),
      setEnabled: async (id, enabled) => called('setEnabled', ok(undefined), id, enabled),
      explanation: async (id, language) =>
        called('explanation', id === 'req-1' ? EXPLANATION : undefined, id, language),
      explainPage: async (text, language) => called('explainPage', PAGE, text, language),
      metrics: async () => 'qcc_up 1\n',
      testAlerts: async () =>
        called('testAlerts', [
          { format: 'json', host: 'hooks.example', on: ['endpoint_down'], ok: true, detail: '200' },
        ]),
      checkUp: (options, language, onEvent, signal) => {
        calls.push(['checkUp', options, language]);
        return fake.checkUp(onEvent, signal);
      },
    };
  }
}
