import type { SimulatorScript } from '../../src/simulator/simulator.ts';

/** What every answer of the soak says, unless it is asked for a code. */
export const TEXT = Array.from({ length: 24 }, (_, i) => `part ${i} of the answer — ünïcödé; `).join('');

/** One of each kind of fault: refusals, pages, resets, silences, ends without a mark, edges. */
const FAULTS: readonly SimulatorScript[] = [
  { status: 400 },
  { status: 404 },
  { status: 413 },
  { status: 401 },
  { status: 403 },
  { status: 408 },
  { status: 429, retryAfter: 0 },
  { status: 429 },
  { status: 500 },
  { status: 502, body: 'html' },
  { status: 503, firstByteMs: 200 },
  { status: 504, body: 'html' },
  { status: 520, body: 'cloudflare-json' },
  { status: 521, body: 'html' },
  { status: 522, body: 'html' },
  { status: 524, body: 'html', firstByteMs: 300 },
  { status: 529 },
  { status: 500, body: 'empty' },
  { body: 'html' },
  { body: 'empty' },
  { reset: 'before-head' },
  { reset: 'after-head' },
  { reset: 0 },
  { reset: 5, eventMs: 20 },
  { truncate: 0 },
  { truncate: 6, eventMs: 20 },
  { hang: 'before-head' },
  { hang: 'after-head' },
  { hang: 0 },
  { hang: 4, eventMs: 10 },
  { errorEvent: 'before-content' },
  { errorEvent: 3, eventMs: 10 },
  { edge: { silenceMs: 150 }, firstByteMs: 500 },
  { edge: { silenceMs: 150, kind: 'nginx' }, firstByteMs: 500 },
  { edge: { silenceMs: 150 }, firstEventMs: 500 },
  { edge: { silenceMs: 150 }, hang: 3 },
  { edge: { silenceMs: 5_000, totalMs: 300 }, eventMs: 50 },
  { noDone: true },
  { keepAliveMs: 5 },
];

const between = (least: number, most: number): number => Math.floor(least + Math.random() * (most - least));

/** How long a good answer takes, and what else is in it. */
function wellScript(): SimulatorScript {
  const particulars: SimulatorScript[] = [
    {},
    {},
    {},
    { thinking: true },
    { toolUse: true },
    { gzip: true },
    { firstEventMs: 800, pingMs: 150 },
    { firstByteMs: 700 },
  ];
  return {
    firstEventMs: between(0, 400),
    eventMs: between(5, 80),
    ...particulars[between(0, particulars.length)],
  };
}

/** The script of one upstream call: a fault in `share` of them. */
export function randomScript(share: number): SimulatorScript {
  const fault = Math.random() < share ? FAULTS[between(0, FAULTS.length)] : undefined;
  return { text: TEXT, events: 12, ...(fault ?? wellScript()) };
}
