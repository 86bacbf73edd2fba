import { type Simulator, type SimulatorScript, startSimulator } from '../../../src/simulator/simulator.ts';
import { closeLater } from './qcc.ts';

/** What the healthy endpoint answers. */
export const TEXT = 'The well endpoint says: ünïcödé 中文 🙂, and nothing is missing.';

/** A scripted upstream in this process. */
export const upstream = async (script: SimulatorScript = {}): Promise<Simulator> =>
  closeLater(await startSimulator({ script }));

/** Longer than a busy machine stalls; and as short as a test can wait for, where an upstream falls silent. */
const [PATIENT_MS, SHORT_MS] = [10_000, 2_000];

/** The patience a test of this script needs. */
export const patienceFor = (script: SimulatorScript): number =>
  script.hang === undefined ? PATIENT_MS : SHORT_MS;

/** A config whose default cluster asks these upstreams in this order. Verification would add calls of its own. */
export function configFor(upstreams: readonly { url: string }[], patienceMs = PATIENT_MS): string {
  const endpoints = upstreams.map(
    ({ url }, index) =>
      `    - { name: e${index}, base_url: "${url}", api_key: upstream-key-${index}, priority: ${index + 1}, timeout: ${patienceMs}ms }`,
  );
  return `timeouts: { connect: 5s, first_byte: ${patienceMs}ms, idle: ${patienceMs}ms }
retry: { base: 10ms, cap: 50ms }
health: { enabled: false }
main:
  endpoints:
${endpoints.join('\n')}
`;
}

/** Every way the simulator knows to fail before anything of an answer is out. */
export const FAILURES: readonly (readonly [string, SimulatorScript])[] = [
  ['503', { status: 503 }],
  ['529', { status: 529 }],
  ['429', { status: 429, retryAfter: 1 }],
  ['504, an HTML page', { status: 504, body: 'html' }],
  ['524, an HTML page', { status: 524, body: 'html' }],
  ['524, JSON', { status: 524, body: 'cloudflare-json' }],
  ['401: its key is bad', { status: 401 }],
  ['a reset before the head', { reset: 'before-head' }],
  ['a reset after the head', { reset: 'after-head' }],
  ['a reset before any content', { reset: 0 }],
  ['silence before the head', { hang: 'before-head' }],
  ['silence after the head', { hang: 'after-head' }],
  ['an empty 200', { status: 200, body: 'empty' }],
  ['an HTML 200', { status: 200, body: 'html' }],
  ['an error event before any content', { errorEvent: 'before-content' }],
  ['a clean end before any content', { truncate: 0 }],
  ['an edge that cuts while the model is silent', { firstByteMs: 20_000, edge: { silenceMs: 300 } }],
];
