import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { Pool } from 'undici';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Phase } from '../domain/outcome.ts';
import { type Connector, createConnector, takeOpening } from './connector.ts';
import type { Opening } from './opening.ts';

/** Kept open between requests; a socket that went stale meanwhile is noticed and replaced. */
const KEEP_ALIVE_MS = 30_000;

/** The connections to one endpoint. */
export interface Line {
  readonly pool: Pool;
  /** Path prefix of the base URL, without `/v1` and without a slash at its end. */
  readonly prefix: string;
  connectPhase(): Phase;
  /** The connection begun last. */
  newestOpening(): Opening | undefined;
}

/** All upstream connections, one pool an origin and proxy. */
export interface Transport {
  line(endpoint: Endpoint): Line;
  /** Closes the pools that none of these endpoints uses, once their running calls are done. */
  keepOnly(endpoints: readonly Endpoint[]): void;
  /** Cuts everything. */
  destroy(): Promise<void>;
}

interface PoolEntry {
  readonly pool: Pool;
  readonly connector: Connector;
}

export function createTransport(): Transport {
  const pools = new Map<string, PoolEntry>();
  const lines = new WeakMap<Endpoint, Line>();
  const keyOf = (endpoint: Endpoint) => `${new URL(endpoint.baseUrl).origin} ${endpoint.proxy ?? ''}`;

  function entryFor(endpoint: Endpoint): PoolEntry {
    const key = keyOf(endpoint);
    const known = pools.get(key);
    if (known) return known;
    const connector = createConnector(endpoint.proxy);
    const pool = new Pool(new URL(endpoint.baseUrl).origin, {
      connect: connector.connect as never,
      // Every timer is ours: undici's are coarse, and silent about who set them.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      pipelining: 1,
    });
    const entry = { pool, connector };
    pools.set(key, entry);
    return entry;
  }

  return {
    line(endpoint) {
      const known = lines.get(endpoint);
      if (known) return known;
      const { pool, connector } = entryFor(endpoint);
      const line = {
        pool,
        prefix: prefixOf(endpoint.baseUrl),
        connectPhase: connector.phase,
        newestOpening: connector.newest,
      };
      lines.set(endpoint, line);
      return line;
    },
    keepOnly(endpoints) {
      const wanted = new Set(endpoints.map(keyOf));
      for (const [key, { pool }] of pools) {
        if (wanted.has(key)) continue;
        pools.delete(key);
        void pool.close();
      }
    },
    async destroy() {
      const all = [...pools.values()];
      pools.clear();
      await Promise.all(all.map(({ pool }) => pool.destroy()));
    },
  };
}

/** `https://host/prefix/v1/` → `/prefix`. */
export function prefixOf(baseUrl: string): string {
  return new URL(baseUrl).pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
}

/** Wants to know of the socket that its call goes out on. */
interface SocketTaker {
  /** `opening`: how it was opened, where no call went out on it before. */
  tookSocket(opening: Opening | undefined): void;
}

/** undici does not show its handlers the socket, but publishes it right after their `onConnect`, in the same turn. */
let starting: SocketTaker | undefined;

subscribe('undici:client:sendHeaders', (message) => {
  const opening = takeOpening((message as { socket: Socket }).socket);
  starting?.tookSocket(opening);
  starting = undefined;
});

/** Called from `onConnect`. */
export function noteSocketFor(taker: SocketTaker): void {
  starting = taker;
}
