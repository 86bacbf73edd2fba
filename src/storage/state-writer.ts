import type { LastingLink } from './lasting-link.ts';
import { Refusal } from './worker-link.ts';
import type { WriteQueue } from './write-batch.ts';

/** How long writes gather before they go to the worker as one transaction. */
const GATHER_MS = 40;
/** The same for counters, which come with every request: less than ledger lines gather, so that one commit does both. */
const GATHER_TOTALS_MS = 400;
/** Pause after a batch that the disk refused. */
const RETRY_MS = 1_000;

export interface StateWriter {
  /** Sees to it that what is queued is written soon. */
  schedule(): void;
  /** The same for what may wait longer. */
  scheduleTotals(): void;
  /** Writes all that is queued. Resolves with the trouble, in words, if the disk refused. */
  writeNow(): Promise<string | undefined>;
  /** Writes a last time; nothing is scheduled any more. */
  stop(): Promise<void>;
}

/** One batch is under way at a time, so that a refused one can go back before what came later. */
export function createStateWriter(
  link: Pick<LastingLink, 'ask'>,
  queue: WriteQueue,
  onTrouble: (detail: string) => void,
): StateWriter {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = 0;
  let running: Promise<string | undefined> | undefined;
  let trouble: string | undefined;
  let stopped = false;

  /** One batch: what was queued meanwhile gathers again. */
  async function writeBatch(): Promise<string | undefined> {
    if (queue.empty) return undefined;
    const batch = queue.take();
    try {
      await link.ask({ kind: 'write', batch });
      queue.written();
      settle(undefined);
    } catch (error) {
      // Values that fit no column would be refused again: they are let go.
      if (error instanceof Refusal && error.unfit) queue.written();
      else queue.putBack(batch);
      settle((error as Error).message);
      return trouble;
    }
    if (!queue.empty) scheduleTotals();
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
    // What is queued by now came after the running batch was taken: hence once more.
    if (running !== undefined) await running;
    running ??= writeBatch().finally(() => {
      running = undefined;
    });
    const result = await running;
    if (result !== undefined) schedule();
    return result;
  }

  function scheduleIn(gatherMs: number): void {
    if (stopped) return;
    if (timer !== undefined) {
      if (gatherMs === GATHER_TOTALS_MS || trouble !== undefined || dueAt - performance.now() <= gatherMs)
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
  const scheduleTotals = () => scheduleIn(GATHER_TOTALS_MS);

  return {
    schedule,
    scheduleTotals,
    writeNow,
    async stop() {
      stopped = true;
      await writeNow();
    },
  };
}
