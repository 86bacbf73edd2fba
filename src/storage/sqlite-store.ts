import type { StoredAnswer } from '../domain/ledger.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type Intents, intentsFileOf, openIntents } from './intents.ts';
import { createLedgerWriter } from './ledger-writer.ts';
import { failureOf, failureText, messageOf } from './open-failure.ts';
import { startWorker } from './start-worker.ts';
import { HISTORY_MAX, type Store, type StoreOptions } from './store.ts';
import { connectWorker, Refusal, type WorkerLink } from './worker-link.ts';
import { createWriteQueue, ledgerOnly, type WriteQueue } from './write-batch.ts';

/** How long writes gather before they go to the worker as one transaction. */
const GATHER_MS = 40;
/** The same for ledger lines, which are safe in the intents file meanwhile: waking the thread costs more than a row. */
const GATHER_LINES_MS = 500;
/** Pause after a batch that the disk refused. */
const RETRY_MS = 1_000;

/**
 * Opens the store in `file`, which is made where it is missing (its folder is not). A file that can't be
 * used is a failure in words; a corrupt one is moved aside and replaced, and `notes` says so.
 */
export async function openStore(
  file: string,
  options: StoreOptions = {},
): Promise<Result<Store, { readonly detail: string }>> {
  const link = await connectWorker(startWorker(file));
  if (!link.ok) return fail(link.error);
  try {
    return ok(storeOver(link.value, options, openIntents(intentsFileOf(file))));
  } catch (error) {
    await link.value.close();
    return fail({ detail: failureText(intentsFileOf(file), failureOf(error), messageOf(error)) });
  }
}

/** A store over an open line to a storage thread. */
export function storeOver(link: WorkerLink, options: StoreOptions, intents: Intents): Store {
  const queue = createWriteQueue();
  const onTrouble = options.onTrouble ?? (() => {});
  const ledger = createLedgerWriter({
    queue,
    intents,
    ask,
    onTrouble,
    schedule: () => writer.scheduleLines(),
  });
  const writer = createWriter(link, queue, intents, onTrouble, ledger.settle);
  let closing: Promise<void> | undefined;

  async function ask<T>(...question: Parameters<WorkerLink['ask']>): Promise<T> {
    await writer.writeNow();
    return (await link.ask(...question)) as T;
  }

  return {
    notes: link.notes,
    saveEndpoints(snapshots) {
      queue.saveEndpoints(snapshots);
      writer.schedule();
    },
    loadEndpoints: () => ask({ kind: 'endpoints' }),
    appendHealthEvents(events) {
      queue.appendHealthEvents(events);
      writer.schedule();
    },
    healthHistory: (endpointId, limit) =>
      ask({ kind: 'history', endpointId, limit: Math.min(Math.max(0, Math.trunc(limit)), HISTORY_MAX) }),
    addTotals(delta) {
      queue.addTotals(delta);
      writer.scheduleLines();
    },
    loadTotals: () => ask({ kind: 'totals' }),
    ...ledger.store,
    saveAnswer(answer) {
      // Copied: a view crosses to the thread with all of the memory it looks into.
      queue.saveAnswer({ ...answer, body: Buffer.from(new Uint8Array(answer.body).buffer) });
      writer.schedule();
    },
    loadAnswer: (id) =>
      ask<StoredAnswer | undefined>({ kind: 'answer', by: 'id', value: id }).then(withBuffer),
    loadAnswerByKey: (key) =>
      ask<StoredAnswer | undefined>({ kind: 'answer', by: 'key', value: key }).then(withBuffer),
    saveState(name, json) {
      queue.saveState(name, json);
      writer.schedule();
    },
    loadState: (name) => ask({ kind: 'state', name }),
    async flush() {
      const trouble = await writer.writeNow();
      if (trouble !== undefined) throw new Error(trouble);
    },
    close() {
      closing ??= writer.stop().then(async () => {
        await link.close();
        intents.close();
      });
      return closing;
    },
  };
}

/** The thread's answer comes with its body as a plain array of bytes. */
function withBuffer(answer: StoredAnswer | undefined): StoredAnswer | undefined {
  if (answer === undefined) return undefined;
  const { buffer, byteOffset, byteLength } = answer.body;
  return { ...answer, body: Buffer.from(buffer, byteOffset, byteLength) };
}

interface Writer {
  /** Sees to it that what is queued is written soon. */
  schedule(): void;
  /** The same for what may wait longer. */
  scheduleLines(): void;
  /** Writes all that is queued. Resolves with the trouble, in words, if the disk refused. */
  writeNow(): Promise<string | undefined>;
  /** Writes a last time; nothing is scheduled any more. */
  stop(): Promise<void>;
}

/** One batch is under way at a time, so that a refused one can go back before what came later. */
function createWriter(
  link: WorkerLink,
  queue: WriteQueue,
  intents: Intents,
  onTrouble: (detail: string) => void,
  settleLines: () => void,
): Writer {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = 0;
  let running: Promise<string | undefined> | undefined;
  let trouble: string | undefined;
  let stopped = false;

  async function writeBatches(): Promise<string | undefined> {
    while (!queue.empty) {
      const batch = queue.take();
      try {
        const leftOut = Number((await link.ask({ kind: 'write', batch })) ?? 0);
        if (leftOut > 0) onTrouble(`${leftOut} ledger lines don't fit their columns and were left out.`);
        settle(undefined);
        if (!queue.dropped) intents.compact(queue.ledger);
      } catch (error) {
        const unfit = error instanceof Refusal && error.unfit;
        // Unfit ledger lines are left out by themselves: it was something else, which must not take them along.
        queue.putBack(unfit ? ledgerOnly(batch.ledger) : batch);
        settle((error as Error).message);
        return trouble;
      }
    }
    return undefined;
  }

  function settle(now: string | undefined): void {
    const before = trouble;
    trouble = now;
    if (now !== undefined && before === undefined) onTrouble(`State is not being saved: ${now}`);
    if (now === undefined && before !== undefined) onTrouble('State is being saved again.');
  }

  async function writeNow(): Promise<string | undefined> {
    clearTimeout(timer);
    timer = undefined;
    settleLines();
    // What is queued by now may come after the running batch's loop has looked: hence once more.
    if (running !== undefined) await running;
    running ??= writeBatches().finally(() => {
      running = undefined;
    });
    const result = await running;
    if (result !== undefined) schedule();
    return result;
  }

  function scheduleIn(gatherMs: number): void {
    if (stopped || link.dead) return;
    if (timer !== undefined) {
      if (gatherMs === GATHER_LINES_MS || trouble !== undefined || dueAt - performance.now() <= gatherMs)
        return;
      clearTimeout(timer);
    }
    const ms = trouble === undefined ? gatherMs : RETRY_MS;
    dueAt = performance.now() + ms;
    timer = setTimeout(() => void writeNow(), ms);
    // Without trouble the timer holds the process for those few ms: what is queued is not lost at its end.
    if (trouble !== undefined) timer.unref();
  }

  const schedule = () => scheduleIn(GATHER_MS);

  return {
    schedule,
    scheduleLines: () => scheduleIn(GATHER_LINES_MS),
    writeNow,
    async stop() {
      stopped = true;
      await writeNow();
    },
  };
}
