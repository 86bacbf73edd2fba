import { fail, ok, type Result } from '../domain/result.ts';
import { startWorker } from './start-worker.ts';
import { HISTORY_MAX, type Store, type StoreOptions } from './store.ts';
import { connectWorker, Refusal, type WorkerLink } from './worker-link.ts';
import { createWriteQueue, type WriteQueue } from './write-batch.ts';

/** How long writes gather before they go to the worker as one transaction. */
const GATHER_MS = 40;
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
  return link.ok ? ok(storeOver(link.value, options)) : fail(link.error);
}

/** A store over an open line to a storage thread. */
export function storeOver(link: WorkerLink, options: StoreOptions): Store {
  const queue = createWriteQueue();
  const writer = createWriter(link, queue, options.onTrouble ?? (() => {}));
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
      writer.schedule();
    },
    loadTotals: () => ask({ kind: 'totals' }),
    async flush() {
      const trouble = await writer.writeNow();
      if (trouble !== undefined) throw new Error(trouble);
    },
    close() {
      closing ??= writer.stop().then(() => link.close());
      return closing;
    },
  };
}

interface Writer {
  /** Sees to it that what is queued is written soon. */
  schedule(): void;
  /** Writes all that is queued. Resolves with the trouble, in words, if the disk refused. */
  writeNow(): Promise<string | undefined>;
  /** Writes a last time; nothing is scheduled any more. */
  stop(): Promise<void>;
}

/** One batch is under way at a time, so that a refused one can go back before what came later. */
function createWriter(link: WorkerLink, queue: WriteQueue, onTrouble: (detail: string) => void): Writer {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<string | undefined> | undefined;
  let trouble: string | undefined;
  let stopped = false;

  async function writeBatches(): Promise<string | undefined> {
    while (!queue.empty) {
      const batch = queue.take();
      try {
        await link.ask({ kind: 'write', batch });
        settle(undefined);
      } catch (error) {
        if (!(error instanceof Refusal && error.unfit)) queue.putBack(batch);
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
    // What is queued by now may come after the running batch's loop has looked: hence once more.
    if (running !== undefined) await running;
    running ??= writeBatches().finally(() => {
      running = undefined;
    });
    const result = await running;
    if (result !== undefined) schedule();
    return result;
  }

  function schedule(): void {
    if (stopped || link.dead || timer !== undefined) return;
    timer = setTimeout(() => void writeNow(), trouble === undefined ? GATHER_MS : RETRY_MS);
    // Without trouble the timer holds the process for those few ms: what is queued is not lost at its end.
    if (trouble !== undefined) timer.unref();
  }

  return {
    schedule,
    writeNow,
    async stop() {
      stopped = true;
      await writeNow();
    },
  };
}
