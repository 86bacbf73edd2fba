// Leaves the folder `argv[2]` as a gateway would that was killed while its storage thread could not write: `argv[3]`
// exchanges stand in the intents file, and not in the database. Ends itself with -9.
import { join } from 'node:path';
import type { AttemptRecord, ExchangeRecord } from '../../src/domain/ledger.ts';
import { connect } from '../../src/storage/sqlite-driver.ts';
import { openStore } from '../../src/storage/storage.ts';

const [home = '', wanted = '0'] = process.argv.slice(2);
const exchanges = Number(wanted);
/** As many end in one turn of the event loop: what closes is written as the turn ends. */
const A_TURN = 50;
const file = join(home, 'qcc.db');

/** An exchange of an agent as it opens, five a second. */
const openingOf = (n: number): ExchangeRecord => ({
  id: `filled-${String(n).padStart(9, '0')}`,
  startedAt: Date.now() - (exchanges - n) * 200,
  path: '/v1/messages',
  protocol: 'anthropic-messages',
  operation: 'generate',
  stream: true,
  model: 'claude-sonnet-4-5',
  client: `agent-${n % 7}`,
  listener: '127.0.0.1:7860',
  cluster: 'main',
  scenario: 'chat',
  requestBytes: 48_000,
  route: 'agents',
  delivery: 'running',
  joined: 0,
  usage: {},
  charge: 'unknown',
  lostCalls: 0,
  savedCalls: 0,
});

const USAGE = { inputTokens: 900, outputTokens: 410, cacheReadTokens: 11_000 };

const attemptOf = (opening: ExchangeRecord): AttemptRecord => ({
  exchangeId: opening.id,
  n: 1,
  endpointId: 'e1e1e1e1',
  startedAt: opening.startedAt,
  streamed: true,
  sentMs: 2,
  firstByteMs: 610,
  firstEventMs: 611,
  longestSilenceMs: 608,
  totalMs: 4_210,
  result: 'answered',
  status: 200,
  chargeRisk: 'certain',
  charge: 'charged',
  usage: USAGE,
  costMicroUsd: 12_150,
  upstreamRequestId: `req_${opening.id}`,
  why: 'priority',
});

const closingOf = (opening: ExchangeRecord): ExchangeRecord => ({
  ...opening,
  endedAt: opening.startedAt + 4_215,
  status: 200,
  attemptCount: 1,
  endpointId: 'e1e1e1e1',
  firstEventMs: 613,
  longestSilenceMs: 608,
  failed: false,
  delivery: 'delivered',
  usage: USAGE,
  charge: 'charged',
  costMicroUsd: 12_150,
});

const opened = await openStore(file);
if (!opened.ok) throw new Error(opened.error.detail);
const store = opened.value;
// The storage thread waits for a transaction that never ends.
const holder = await connect(file);
holder.exec('begin immediate');
for (let n = 0; n < exchanges; n += 1) {
  const opening = openingOf(n);
  const { startedAt } = opening;
  store.openExchange(opening, { endpointId: 'e1e1e1e1', startedAt, why: 'priority' });
  store.closeAttempt(attemptOf(opening));
  store.closeExchange(closingOf(opening));
  if (n % A_TURN === A_TURN - 1) await new Promise(setImmediate);
}
for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
process.kill(process.pid, 'SIGKILL');
