import type { Worker } from 'node:worker_threads';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Ask, FromWorker, Notice, Report, ToWorker } from './worker-messages.ts';

/** The database refused a question. `unfit`: asking the same again can't help. */
export class Refusal extends Error {
  readonly unfit: boolean;

  constructor(detail: string, unfit: boolean) {
    super(detail);
    this.unfit = unfit;
  }
}

/** The line to the storage thread. */
export interface WorkerLink {
  readonly notes: readonly string[];
  /** Rejects with words when the database refuses or the thread is gone. */
  ask(question: Ask): Promise<unknown>;
  tell(notice: Notice): void;
  /** Calls back, with why, once the thread is gone: every question is refused from then on. */
  onEnd(told: (reason: string) => void): void;
  /** Closes the database and ends the thread. Never rejects. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Waits until the thread has opened its database, or says why it can't. */
export function connectWorker(
  worker: Worker,
  onReport: (report: Report) => void,
): Promise<Result<WorkerLink, { readonly detail: string }>> {
  return new Promise((resolve) => {
    const onError = (error: Error) => settle(fail({ detail: `The storage thread failed: ${error.message}` }));
    const onExit = () => settle(fail({ detail: 'The storage thread ended before it was ready.' }));
    const onMessage = (message: FromWorker) => {
      if (message.kind === 'opened') settle(ok(linkTo(worker, message.notes, onReport)));
      if (message.kind === 'unusable') settle(fail({ detail: message.detail }));
    };
    function settle(result: Result<WorkerLink, { readonly detail: string }>): void {
      worker.off('error', onError).off('exit', onExit).off('message', onMessage);
      if (result.ok) resolve(result);
      else void worker.terminate().then(() => resolve(result));
    }
    worker.on('error', onError).on('exit', onExit).on('message', onMessage);
  });
}

function linkTo(worker: Worker, notes: readonly string[], onReport: (report: Report) => void): WorkerLink {
  const waiting = new Map<number, Waiting>();
  let lastSeq = 0;
  let endedBecause: string | undefined;
  let onEnd: ((reason: string) => void) | undefined;

  function end(reason: string): void {
    if (endedBecause !== undefined) return;
    endedBecause = reason;
    for (const { reject } of waiting.values()) reject(new Error(endedBecause));
    waiting.clear();
    onEnd?.(reason);
  }

  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'opened' || message.kind === 'unusable') return;
    if (message.kind !== 'done' && message.kind !== 'failed') return onReport(message);
    const asker = waiting.get(message.seq);
    waiting.delete(message.seq);
    // Idle, the thread does not hold the process; with a question open it does.
    if (waiting.size === 0) worker.unref();
    if (message.kind === 'done') asker?.resolve(message.value);
    else asker?.reject(new Refusal(message.detail, message.failure === 'unfit'));
  });
  worker.on('error', (error) => end(`The storage thread failed: ${error.message}`));
  worker.on('exit', () => end('The storage thread has ended.'));
  worker.unref();

  function ask(question: Ask): Promise<unknown> {
    if (endedBecause !== undefined) return Promise.reject(new Error(endedBecause));
    lastSeq += 1;
    const message: ToWorker = { ...question, seq: lastSeq };
    return new Promise((resolve, reject) => {
      waiting.set(lastSeq, { resolve, reject });
      worker.ref();
      worker.postMessage(message);
    });
  }

  return {
    notes,
    ask,
    tell(notice) {
      if (endedBecause === undefined) worker.postMessage(notice);
    },
    onEnd(told) {
      onEnd = told;
    },
    async close() {
      try {
        await ask({ kind: 'close' });
      } catch {}
      endedBecause ??= 'The store is closed.';
      await worker.terminate();
    },
  };
}
