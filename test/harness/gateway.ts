import { parseConfig } from '../../src/config/config.ts';
import type { RecordObserver } from '../../src/domain/ledger.ts';
import type { Settings } from '../../src/domain/settings.ts';
import type { GatewayView } from '../../src/domain/view.ts';
import { configInMemory } from '../../src/gateway/config-desk.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { builtInPrices } from '../../src/record/record.ts';
import { type Simulator, type SimulatorScript, startSimulator } from '../../src/simulator/simulator.ts';
import { memoryStore } from '../../src/storage/storage.ts';
import { collectingLog, type OtlpSettings } from '../../src/telemetry/telemetry.ts';

export type RunningGateway = Gateway & {
  readonly url: string;
  readonly log: ReturnType<typeof collectingLog>;
  view(): Promise<GatewayView>;
  /** Puts another configuration in place, as an edited file would be, and reloads it. */
  change(yaml: string): ReturnType<Gateway['reload']>;
};

const environment = {
  env: {},
  configFolder: '/',
  readSecretFile: (): string => {
    throw new Error('no secret files in tests');
  },
};

const FIRST_LINES = 'listen: 127.0.0.1:0\ndrain: 500ms\n';

/** The settings of a YAML text, or an error that shows what is wrong with it. */
export async function settingsOf(yaml: string): Promise<Settings> {
  const parsed = await parseConfig(yaml, environment);
  if (!parsed.ok) throw new Error(parsed.error.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return parsed.value;
}

const PRICES = builtInPrices();

const open: { close(): Promise<unknown> }[] = [];

/** Has `closeAll` close it. */
export function closeLater(one: { close(): Promise<unknown> }): void {
  open.push(one);
}

/** Closes what a test opened; call it in `afterEach`. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((one) => one.close()));
}

/** A whole gateway in this process, on a free port, with a drain of half a second where `yaml` says nothing else. */
export async function gatewayWith(
  yaml: string,
  more: {
    store?: ReturnType<typeof memoryStore>;
    dashboard?: string;
    observers?: readonly RecordObserver[];
    otlp?: OtlpSettings;
    clock?: Clock;
  } = {},
): Promise<RunningGateway> {
  const withDefaults = (text: string) =>
    FIRST_LINES.split('\n')
      .filter((line) => line !== '' && !new RegExp(`^${line.split(':')[0]}:`, 'm').test(text))
      .concat(text)
      .join('\n');
  const config = configInMemory('test.yaml', withDefaults(yaml), environment);
  const settings = await settingsOf(config.read() ?? '');
  const log = collectingLog();
  const started = await startGateway({
    settings,
    store: more.store ?? memoryStore(),
    log,
    clock: more.clock ?? systemClock,
    random: Math.random,
    language: 'en',
    version: '0.0.0-test',
    prices: () => PRICES,
    config,
    ...(more.otlp === undefined ? {} : { otlp: more.otlp }),
    ...(more.observers === undefined ? {} : { observers: more.observers }),
    ...(more.dashboard === undefined ? {} : { dashboard: more.dashboard }),
    demo: false,
    readSettings: async () => {
      const parsed = await parseConfig(config.read() ?? '', environment);
      return parsed.ok
        ? { ok: true, value: { settings: parsed.value, demo: false } }
        : { ok: false, error: { detail: parsed.error.map(({ message }) => message).join('; ') } };
    },
  });
  if (!started.ok) throw new Error(started.error.detail);
  const gateway = started.value;
  open.push({ close: () => gateway.stop() });
  const url = gateway.addresses[0] ?? '';
  const view = async () => (await (await fetch(`${url}/__qcc__/status`)).json()) as GatewayView;
  const change = (text: string) => {
    config.write(withDefaults(text));
    return gateway.reload();
  };
  return Object.assign(gateway, { url, log, view, change });
}

/** A scripted upstream. */
export async function upstream(script: SimulatorScript = {}): Promise<Simulator> {
  const simulator = await startSimulator({ script });
  open.push(simulator);
  return simulator;
}

/** A cluster `main` of these upstreams, asked in this order. */
export function cluster(
  upstreams: readonly { url: string }[],
  more: (index: number) => string = () => '',
): string {
  const endpoints = upstreams.map(
    ({ url }, index) =>
      `      - { name: e${index}, base_url: "${url}", api_key: key-${index}, priority: ${index + 1}${more(index)} }`,
  );
  return `clusters:\n  main:\n    endpoints:\n${endpoints.join('\n')}\n`;
}

export const ANTHROPIC_REQUEST = {
  model: 'claude-test',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Say something.' }],
};

export const CHAT_REQUEST = {
  model: 'gpt-test',
  messages: [{ role: 'user', content: 'Say something.' }],
};

export const RESPONSES_REQUEST = { model: 'gpt-test', input: 'Say something.' };

/** Each protocol's path and a request that fits. */
export const PROTOCOL_CALLS = [
  { protocol: 'anthropic-messages', path: '/v1/messages', body: ANTHROPIC_REQUEST },
  { protocol: 'openai-chat', path: '/v1/chat/completions', body: CHAT_REQUEST },
  { protocol: 'openai-responses', path: '/v1/responses', body: RESPONSES_REQUEST },
] as const;

/** Posts JSON as a client would. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'client-key', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Waits until `condition` holds; gives up after `ms`, so that a test fails instead of hanging. */
export async function until(condition: () => boolean | Promise<boolean>, ms = 8_000): Promise<void> {
  const endAt = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > endAt) throw new Error(`not so after ${ms} ms: ${condition}`);
    await systemClock.sleep(10);
  }
}
