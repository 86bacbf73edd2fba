import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { Protocol } from '../../src/domain/protocol.ts';
import type { SimulatorScript } from '../../src/simulator/script.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';

/** A call seen from the client, as it goes on. */
export interface Asking {
  status?: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  /** `ended`: a clean end; `broken`: the connection broke. */
  state: 'open' | 'ended' | 'broken';
  socketClosed: boolean;
  leave(): void;
}

export interface AskOptions {
  readonly protocol?: Protocol;
  readonly stream?: boolean;
  readonly script?: SimulatorScript;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly path?: string;
  readonly agent?: Agent;
  readonly method?: string;
}

const PATHS: Readonly<Record<Protocol, string>> = {
  'anthropic-messages': '/v1/messages',
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
};

/** A small valid request. */
export function requestOf(protocol: Protocol, stream = false, prompt = 'Count.'): Record<string, unknown> {
  const model = 'sim-model';
  if (protocol === 'openai-responses') return { model, input: prompt, stream };
  const messages = [{ role: 'user', content: prompt }];
  const chat = { model, messages, stream };
  return protocol === 'anthropic-messages' ? { ...chat, max_tokens: 64 } : chat;
}

/** A header holds no characters past Latin-1. */
const asHeader = (script: SimulatorScript): string =>
  JSON.stringify(script).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Starts a call, without awaiting anything. */
export function ask(simulator: Simulator, options: AskOptions = {}): Asking {
  const protocol = options.protocol ?? 'anthropic-messages';
  const asking: Asking = {
    headers: {},
    bytes: Buffer.alloc(0),
    state: 'open',
    socketClosed: false,
    leave: () => outgoing.destroy(),
  };
  const scripted = options.script === undefined ? {} : { 'x-sim-script': asHeader(options.script) };
  const method = options.method ?? 'POST';
  const headers = { ...scripted, ...options.headers };
  const url = simulator.url + (options.path ?? PATHS[protocol]);
  const outgoing = request(url, { method, headers, agent: options.agent ?? false });
  const broken = (): void => {
    if (asking.state === 'open') asking.state = 'broken';
  };
  outgoing.on('error', broken);
  outgoing.on('socket', (socket) => {
    socket.on('close', () => {
      asking.socketClosed = true;
    });
  });
  outgoing.on('response', (response) => {
    if (response.statusCode !== undefined) asking.status = response.statusCode;
    asking.headers = response.headers;
    response.on('data', (chunk: Buffer) => {
      asking.bytes = Buffer.concat([asking.bytes, chunk]);
    });
    response.on('end', () => {
      asking.state = 'ended';
    });
    response.on('error', broken);
  });
  const body = options.body ?? JSON.stringify(requestOf(protocol, options.stream));
  outgoing.end(method === 'POST' || method === 'PUT' ? body : undefined);
  return asking;
}

/** Turns the event loop until `holds`; the test's own timeout bounds it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets everything already sent arrive: a call there and back on the same loop. */
export async function settle(simulator: Simulator): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    const hello = ask(simulator, { method: 'HEAD', path: '/' });
    await until(() => hello.state === 'ended');
  }
}

/** A call from beginning to end. */
export async function askWhole(simulator: Simulator, options: AskOptions = {}): Promise<Asking> {
  const asking = ask(simulator, options);
  await until(() => asking.state !== 'open');
  return asking;
}

/** The `data:` of each event that has arrived. */
export function dataOf(asking: Asking): string[] {
  return [...asking.bytes.toString().matchAll(/^data: (.*)$/gm)].map(([, data = '']) => data);
}

const CONTENT = /_delta","(?:text|thinking)"|"content":"[^"]|output_text\.delta","item|"reasoning_content"/;

/** How many text events have arrived. */
export const contentEvents = (asking: Asking): number =>
  dataOf(asking).filter((data) => CONTENT.test(data)).length;

export const jsonOf = (asking: Asking) => JSON.parse(asking.bytes.toString());
