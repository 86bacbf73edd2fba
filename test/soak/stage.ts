import type { Simulator } from '../../src/simulator/simulator.ts';
import type { Manner } from './clients.ts';
import { randomScript } from './faults.ts';

/** Shares of the clients' manners, in hundredths. */
const MANNERS: readonly [Manner, number][] = [
  ['plain', 50],
  ['hangs-up', 20],
  ['leaves', 6],
  ['keyed', 8],
  ['slow', 8],
  ['ticket', 8],
];

const SETTINGS = `
timeouts: { connect: 2s, first_byte: 2s, idle: 1500ms, total: 20s }
retry: { max: 2, base: 20ms, cap: 100ms }
health: { interval: 500ms, max_interval: 1s, timeout: 2s, cooldown: 300ms }
disconnect: { cut_silence: 300ms, grace: 500ms }
replay: { ttl: 8s, key_ttl: 8s, max_bytes: 256KiB, total_bytes: 8MiB }
heartbeat: { after: 400ms, every: 200ms }
log: { level: warn }
queue: { max: 500 }
drain: 20s
`;

/** The key of the client of that name. */
export const keyOf = (client: string): string => `key-of-${client}`;

/** Two listeners, one behind an edge; three simulators in one cluster; a key for each client. */
export function configOf(
  simulators: readonly Simulator[],
  clients: readonly string[],
  ports: readonly [number, number] = [0, 0],
): string {
  const keys = clients.map((name) => `    - { name: ${name}, key: ${keyOf(name)} }`);
  const endpoints = simulators.map(
    ({ url }, i) => `      - { name: s${i}, base_url: "${url}", api_key: sim-${i} }`,
  );
  return [
    'listen:',
    `  - { name: plain, host: 127.0.0.1, port: ${ports[0]} }`,
    `  - { name: edge, host: localhost, port: ${ports[1]}, edge: { silence: 500ms } }`,
    'auth:\n  keys:',
    ...keys,
    SETTINGS,
    'clusters:\n  main:\n    strategy: round_robin\n    endpoints:',
    ...endpoints,
  ].join('\n');
}

/** Each manner as often as its share, so that a draw is an index. */
const DRAWN = MANNERS.flatMap(([name, share]) => Array.from({ length: share }, () => name));
export const manner = (): Manner => DRAWN[Math.floor(Math.random() * DRAWN.length)] ?? 'plain';

/** A client goes by several names in turn, so that its calls are told from those of a request it just left. */
const NAMES = 7;
export const nameOf = (client: string, asked: number): string => `${client}x${asked % NAMES}`;
export const namesOf = (clients: readonly string[]): string[] =>
  clients.flatMap((client) => Array.from({ length: NAMES }, (_, i) => nameOf(client, i)));

/** Sees to it that no simulator runs out of scripts, with faults in `share` of them. Returns what stops that. */
export function keepScripted(simulators: readonly Simulator[], share: number): () => void {
  const scripts = (n: number) => Array.from({ length: n }, () => randomScript(share));
  for (const simulator of simulators) simulator.enqueue(...scripts(3_000));
  const refill = setInterval(() => {
    for (const simulator of simulators) {
      try {
        simulator.enqueue(...scripts(100));
      } catch {
        // Its queue is full.
      }
    }
  }, 500);
  return () => clearInterval(refill);
}

/** The ids of the simulators' endpoints by their credential, from the gateway at `url`. */
export async function endpointIdsOf(url: string): Promise<Map<string, string>> {
  const endpoints = (await (await fetch(`${url}/__qcc__/endpoints`)).json()) as {
    id: string;
    name: string;
  }[];
  return new Map(endpoints.map(({ id, name }) => [`sim-${name.slice(1)}`, id]));
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
