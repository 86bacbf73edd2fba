import type { DemoProgress } from '../cli/cli.ts';
import { demoSettings } from '../config/config.ts';
import type { Protocol } from '../domain/protocol.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Settings } from '../domain/settings.ts';
import type { DemoResult, DemoSide } from '../domain/view.ts';
import { configInMemory, type Gateway, startGateway } from '../gateway/gateway.ts';
import { systemClock } from '../platform/clock.ts';
import { builtInPrices } from '../record/record.ts';
import { type Simulator, type SimulatorScript, startSimulator } from '../simulator/simulator.ts';
import { memoryStore, type Store } from '../storage/storage.ts';
import { silentLog } from '../telemetry/telemetry.ts';
import {
  CHAT_MODEL,
  type DemoClients,
  type DemoRequest,
  demoClients,
  MESSAGES_MODEL,
} from './demo-clients.ts';

export interface DemoOptions {
  onProgress(progress: DemoProgress): void;
  /** Silence after which the edge cuts, ms; the model works half as long again. Default: 2 s for 3 s. */
  readonly cutMs?: number;
  /** Absent = the SDKs where they are installed. */
  readonly clients?: DemoClients;
}

const CUT_MS = 2_000;
const PRICES = builtInPrices();
const PROGRESS_MS = 250;
/** About 5,000 tokens: what a long request costs should be seen. */
const PROMPT = 'Read this report with care. '.repeat(720);

const repeated = (count: number, of: (n: number) => DemoRequest): DemoRequest[] =>
  Array.from({ length: count }, (_, n) => of(n));

const REQUESTS: readonly DemoRequest[] = [
  ...repeated(10, (n) => ({ kind: 'messages', stream: false, prompt: `${PROMPT} Question ${n}?` })),
  ...repeated(5, (n) => ({ kind: 'chat', prompt: `${PROMPT} Question ${n}?` })),
  ...repeated(5, (n) => ({ kind: 'messages', stream: true, prompt: `${PROMPT} Point ${n}?` })),
];

/** A model behind an edge, one for each vendor's protocol. */
interface Vendors {
  readonly messages: Simulator;
  readonly chat: Simulator;
}

/** Runs the same requests without and with a gateway, each way against models of its own. Takes about 12 s. */
export async function runDemo(options: DemoOptions): Promise<Result<DemoResult, { detail: string }>> {
  const clients = options.clients ?? (await demoClients());
  const script = scriptFor(options.cutMs ?? CUT_MS);
  const open: (() => Promise<unknown>)[] = [];
  try {
    const near = await startVendors(script, open);
    const direct = await ask('direct', clients, options, (request) => near[request.kind].url);
    await settled(near);
    const far = await startVendors(script, open);
    const store = memoryStore();
    const gateway = await startDemoGateway(far, store);
    if (!gateway.ok) return gateway;
    open.push(() => gateway.value.stop());
    const address = gateway.value.addresses[0] ?? '';
    const through = await ask('through', clients, options, () => address);
    await settled(far);
    const costs = await costsIn(store);
    return ok({
      requests: REQUESTS.length,
      direct: sideOf(direct, near, costs),
      through: sideOf(through, far, costs),
      clients: clients.kind,
      model: `${MESSAGES_MODEL}, ${CHAT_MODEL}`,
      prices: PRICES.version,
    });
  } catch (thrown) {
    return fail({ detail: (thrown as Error).message });
  } finally {
    for (const close of open.reverse()) await close();
  }
}

/** As the vendors' models do, it shows signs of life while it thinks, but only where it streams. */
function scriptFor(cutMs: number): SimulatorScript {
  const workMs = 1.5 * cutMs;
  const events = 8;
  const eventMs = Math.round(workMs / 60);
  return {
    firstEventMs: workMs - events * eventMs,
    pingMs: Math.round(cutMs / 4),
    events,
    eventMs,
    thinking: true,
    edge: { silenceMs: cutMs },
  };
}

async function startVendors(script: SimulatorScript, open: (() => Promise<unknown>)[]): Promise<Vendors> {
  const start = async (): Promise<Simulator> => {
    const simulator = await startSimulator({ script });
    open.push(() => simulator.close());
    return simulator;
  };
  return { messages: await start(), chat: await start() };
}

/** A whole gateway on a free port, with nothing set but where the models are. */
function startDemoGateway(
  { messages, chat }: Vendors,
  store: Store,
): Promise<Result<Gateway, { readonly detail: string }>> {
  const settings = demoSettings(messages.url);
  const endpointAt = (url: string, name: string, protocols: readonly Protocol[]) =>
    demoSettings(url).clusters.flatMap(({ endpoints }) =>
      endpoints.map((endpoint) => ({ ...endpoint, name, protocols })),
    );
  const endpoints = [
    ...endpointAt(messages.url, 'messages', ['anthropic-messages']),
    ...endpointAt(chat.url, 'chat', ['openai-chat']),
  ];
  const demo: Settings = {
    ...settings,
    listen: [{ name: 'demo', host: '127.0.0.1', port: 0 }],
    clusters: settings.clusters.map((cluster) => ({ ...cluster, endpoints })),
    drainMs: 1_000,
  };
  return startGateway({
    settings: demo,
    store,
    prices: () => PRICES,
    log: silentLog,
    clock: systemClock,
    random: Math.random,
    language: 'en',
    version: 'demo',
    config: configInMemory('demo'),
    demo: true,
    readSettings: async () => ok({ settings: demo, demo: true }),
  });
}

interface Asked {
  /** Answered requests by kind. */
  readonly answered: Readonly<Record<DemoRequest['kind'], number>>;
  readonly longestMs: number;
}

async function ask(
  side: DemoProgress['side'],
  { ask: askOne }: DemoClients,
  { onProgress }: DemoOptions,
  addressFor: (request: DemoRequest) => string,
): Promise<Asked> {
  const startedAt = systemClock.now();
  const answered = { messages: 0, chat: 0 };
  let done = 0;
  const tell = () => onProgress({ side, done, of: REQUESTS.length, waitedMs: systemClock.now() - startedAt });
  const telling = setInterval(tell, PROGRESS_MS);
  const waits = await Promise.all(
    REQUESTS.map(async (request) => {
      try {
        await askOne(addressFor(request), request);
        answered[request.kind] += 1;
      } catch {
        // A request without an answer: that is what is counted here.
      }
      done += 1;
      tell();
      return systemClock.now() - startedAt;
    }),
  );
  clearInterval(telling);
  return { answered, longestMs: Math.round(Math.max(...waits)) };
}

/** Calls that an edge has cut go on behind it, and are charged when they end. */
async function settled({ messages, chat }: Vendors): Promise<void> {
  const open = () =>
    [messages, chat].some((vendor) => {
      const { started, finished, cancelled, rejected } = vendor.counts();
      return finished + cancelled + rejected < started;
    });
  while (open()) await new Promise((done) => setTimeout(done, 50));
}

/** What a call of each kind costs, by the gateway's own ledger: without QCC the same calls cost the same. */
async function costsIn(store: Store): Promise<Record<DemoRequest['kind'], number>> {
  const rows = await store.ledgerSummary({}, 'model');
  const costOf = (model: string): number => {
    const row = rows.find(({ group }) => group === model);
    return row === undefined || row.attempts === 0 ? 0 : row.costMicroUsd / row.attempts;
  };
  return { messages: costOf(MESSAGES_MODEL), chat: costOf(CHAT_MODEL) };
}

function sideOf(
  { answered, longestMs }: Asked,
  vendors: Vendors,
  costs: Record<DemoRequest['kind'], number>,
): DemoSide {
  const kinds = (['messages', 'chat'] as const).map((kind) => ({
    ...vendors[kind].counts(),
    answered: answered[kind],
    cost: costs[kind],
  }));
  const total = (of: (kind: (typeof kinds)[number]) => number): number =>
    Math.round(kinds.reduce((sum, kind) => sum + of(kind), 0));
  return {
    answered: total((kind) => kind.answered),
    calls: total((kind) => kind.started),
    charged: total((kind) => kind.charged),
    paidMicroUsd: total(({ charged, cost }) => charged * cost),
    lostMicroUsd: total((kind) => Math.max(0, kind.charged - kind.answered) * kind.cost),
    longestMs,
  };
}
