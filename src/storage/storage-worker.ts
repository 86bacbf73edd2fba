// The storage thread: owns the database, answers questions in order. SQLite blocks; here it blocks nobody.
import { parentPort, workerData } from 'node:worker_threads';
import { type Database, openDatabase } from './database.ts';
import { failureOf, failureText, messageOf } from './open-failure.ts';
import type { Ask, FromWorker, ToWorker } from './worker-messages.ts';

function answer(database: Database, ask: Ask): unknown {
  switch (ask.kind) {
    case 'write':
      return database.write(ask.batch);
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
      return database.close();
  }
}

async function run(file: string): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('storage-worker runs as a worker thread only');
  const say = (message: FromWorker) => port.postMessage(message);
  try {
    const { database, notes } = await openDatabase(file);
    port.on('message', (ask: ToWorker) => {
      try {
        say({ kind: 'done', seq: ask.seq, value: answer(database, ask) });
      } catch (error) {
        const failure = failureOf(error);
        say({ kind: 'failed', seq: ask.seq, failure, detail: failureText(file, failure, messageOf(error)) });
      }
      if (ask.kind === 'close') port.close();
    });
    say({ kind: 'opened', notes });
  } catch (error) {
    say({ kind: 'unusable', detail: failureText(file, failureOf(error), messageOf(error)) });
  }
}

void run((workerData as { file: string }).file);
