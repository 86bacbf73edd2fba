import type { Worker } from 'node:worker_threads';
import { ok, type Result } from '../domain/result.ts';
import { connectWorker, type WorkerLink } from './worker-link.ts';
import type { Notice, Report } from './worker-messages.ts';

/** Pause before a thread that died is started again; twice as long each time it does not come up. */
const RESTART_MS = 500;
const RESTART_MAX_MS = 60_000;

/** What the line tells its owner. */
export interface LinkPorts {
  start(): Worker;
  onReport(report: Report): void;
  /** The thread died, with why; it will be started again. */
  onDeath(detail: string): void;
  /** It runs again. */
  onRevival(): void;
}

/** A line to a storage thread that is started again whenever it dies. Meanwhile questions are refused in words. */
export type LastingLink = Pick<WorkerLink, 'notes' | 'ask' | 'tell' | 'close'>;

/** Starts the thread. A failure in words: it could not open its database. */
export async function startLink(ports: LinkPorts): Promise<Result<LastingLink, { readonly detail: string }>> {
  const first = await connectWorker(ports.start(), ports.onReport);
  return first.ok ? ok(keepAlive(first.value, ports)) : first;
}

function keepAlive(first: WorkerLink, { start, onReport, onDeath, onRevival }: LinkPorts): LastingLink {
  let link = first;
  let closed = false;
  let restart: NodeJS.Timeout | undefined;
  let pauseMs = RESTART_MS;
  /** What it was told before it died, and has to be told again. */
  let reading: Notice | undefined;

  function watch(): void {
    link.onEnd((reason) => {
      if (closed) return;
      onDeath(reason);
      startAgain();
    });
  }

  function startAgain(): void {
    restart = setTimeout(() => void revive(), pauseMs).unref();
    pauseMs = Math.min(2 * pauseMs, RESTART_MAX_MS);
  }

  async function revive(): Promise<void> {
    const next = await connectWorker(start(), onReport);
    if (closed) return void (next.ok && next.value.close());
    if (!next.ok) return startAgain();
    link = next.value;
    pauseMs = RESTART_MS;
    watch();
    if (reading !== undefined) link.tell(reading);
    onRevival();
  }

  watch();
  return {
    notes: first.notes,
    ask: (question) => link.ask(question),
    tell(notice) {
      if (notice.kind === 'read') reading = notice;
      link.tell(notice);
    },
    async close() {
      closed = true;
      clearTimeout(restart);
      await link.close();
    },
  };
}
