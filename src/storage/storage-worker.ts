// The storage thread: owns the database, answers questions in order, and reads the intents file. SQLite blocks; here it
// blocks nobody.
import { parentPort, workerData } from 'node:worker_threads';
import { type Database, openDatabase } from './database.ts';
import { createLineGatherer, type LineGatherer } from './line-gatherer.ts';
import { failureOf, failureText, messageOf } from './open-failure.ts';
import type { Ask, FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';

/** Closing waits this long for lines to be put on record; what is left then is read at the next opening. */
const CLOSING_MS = 2_000;

function answer(database: Database, lines: LineGatherer, ask: Exclude<Ask, { kind: 'catch-up' }>): unknown {
  if (ask.kind.startsWith('ledger-')) lines.beforeReading();
  switch (ask.kind) {
    case 'write':
      database.write(ask.batch);
      return lines.justRead();
    case 'endpoints':
      return database.endpoints();
    case 'history':
      return database.history(ask.endpointId, ask.limit);
    case 'totals':
      return database.totals();
    case 'ledger-list':
      return database.ledger.list(ask.query);
    case 'ledger-exchange':
      return database.ledger.exchange(ask.id);
    case 'ledger-summary':
      return database.ledger.summary(ask.query, ask.by);
    case 'ledger-points':
      return database.ledger.points(ask.query);
    case 'ledger-attempts':
      return database.ledger.attempts(ask.query);
    case 'ledger-bytes':
      return database.pruner.bytes();
    case 'ledger-oldest':
      return database.pruner.oldest();
    case 'ledger-prune':
      return database.pruner.step(ask.limits);
    case 'answer':
      return database.answers.answer(ask.by, ask.value, Date.now());
    case 'state':
      return database.answers.state(ask.name);
    case 'close':
      return close(database, lines);
  }
}

function close(database: Database, lines: LineGatherer): void {
  try {
    lines.finish(CLOSING_MS);
  } finally {
    database.close();
  }
}

async function run(start: WorkerStart): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('storage-worker runs as a worker thread only');
  const { file, asleep } = start;
  const say = (message: FromWorker) => port.postMessage(message);
  const words = (error: unknown) => failureText(file, failureOf(error), messageOf(error));
  const refuse = (seq: number, error: unknown) =>
    say({ kind: 'failed', seq, failure: failureOf(error), detail: words(error) });

  function hear(database: Database, lines: LineGatherer, message: ToWorker): void {
    if (message.kind === 'read') return lines.begin();
    if (message.kind === 'wake') return lines.wake();
    const { seq } = message;
    try {
      if (message.kind === 'catch-up')
        return lines.whenCaughtUp((error) =>
          error === undefined ? say({ kind: 'done', seq, value: undefined }) : refuse(seq, error),
        );
      say({ kind: 'done', seq, value: answer(database, lines, message) });
    } catch (error) {
      refuse(seq, error);
    }
    if (message.kind === 'close') port?.close();
  }

  try {
    const { database, notes } = await openDatabase(start);
    const lines = createLineGatherer({ database, asleep, say, words });
    port.on('message', (message: ToWorker) => hear(database, lines, message));
    say({ kind: 'opened', notes });
  } catch (error) {
    say({ kind: 'unusable', detail: words(error) });
  }
}

void run(workerData as WorkerStart);
