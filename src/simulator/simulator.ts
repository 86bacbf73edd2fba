import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../platform/clock.ts';
import { Books } from './books.ts';
import type { Simulator, SimulatorOptions } from './contract.ts';
import type { Generation } from './generation.ts';
import { IdleSockets } from './idle-sockets.ts';
import { Routes } from './routes.ts';
import { parseScript, type ScriptError, type SimulatorScript } from './script.ts';
import { ScriptBook } from './script-book.ts';

export type { CallCounts, RecordedCall, Simulator, SimulatorOptions } from './contract.ts';
export { parseScriptText, type SimulatorScript } from './script.ts';
export { expectedText } from './text.ts';

/** Connections the kernel holds until they are accepted: thousands of streams may start at once. */
const BACKLOG = 4096;
const MAX_HEADER_BYTES = 65_536;

function checked(script: SimulatorScript): SimulatorScript {
  const parsed = parseScript(script);
  if (parsed.ok) return parsed.value;
  throw refused(parsed.error);
}

const refused = (problem: ScriptError): TypeError => new TypeError(`simulator script: ${problem.message}`);

function orThrow(problem: ScriptError | undefined): void {
  if (problem !== undefined) throw refused(problem);
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

const urlOf = ({ address, family, port }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;

/**
 * Starts an upstream that does what its script says, in all three protocols.
 * Rejects with a TypeError on a bad script, and with Node's error where the port cannot be had.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = options.clock ?? systemClock;
  const books = new Books();
  const scripts = new ScriptBook(checked(options.script ?? {}));
  const running = new Set<Generation>();
  const idleSockets = new IdleSockets(clock);
  const reset = (): void => {
    books.reset();
    scripts.reset();
  };
  const routes = new Routes({
    ...{ clock, books, scripts, running, reset, models: options.models },
    keys: options.keys === undefined ? undefined : new Set(options.keys),
    onScript({ script, response }) {
      if (script.keepAliveMs !== undefined) idleSockets.closeAfter(response, script.keepAliveMs);
    },
  });
  // Node's timers are off: silence is what this server is for.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, maxHeaderSize: MAX_HEADER_BYTES });
  server.on('request', (request, response) => {
    idleSockets.busy(request.socket);
    routes.handle(request, response);
  });
  const address = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0);
  return {
    url: urlOf(address),
    port: address.port,
    counts: (key) => books.counts(key),
    calls: () => books.calls(),
    program: (script) => orThrow(scripts.program(script)),
    enqueue: (...more) => orThrow(scripts.enqueue(more)),
    reset,
    close: () => close(server, running, idleSockets),
  };
}

function close(server: Server, running: Set<Generation>, idleSockets: IdleSockets): Promise<void> {
  for (const generation of running) generation.stop();
  running.clear();
  idleSockets.stop();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
