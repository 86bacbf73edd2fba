import type { Worker } from 'node:worker_threads';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Ask, FromWorker, ToWorker } from './worker-messages.ts';

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
  /** The thread is gone: every question is refused. */
  readonly dead: boolean;
  /** Rejects with words when the database refuses or the thread is gone. */
  ask(question: Ask): Promise<unknown>;
  /** Closes the database and ends the thread. Never rejects. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Waits until the thread has opened its database, or says why it can't. */
export function connectWorker(worker: Worker): Promise<Result<WorkerLink, { readonly detail: string }>> {
  return new Promise((resolve) => {
    const onError = (error: Error) => settle(fail({ detail: `The storage thread failed: ${error.message}` }));
    const onExit = () => settle(fail({ detail: 'The storage thread ended before it was ready.' }));
    const onMessage = (message: FromWorker) => {
      if (message.kind === 'opened') settle(ok(linkTo(worker, message.notes)));
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

function linkTo(worker: Worker, notes: readonly string[]): WorkerLink {
  const waiting = new Map<number, Waiting>();
  let lastSeq = 0;
  let endedBecause: string | undefined;

  function end(reason: string): void {
    endedBecause ??= reason;
    for (const { reject } of waiting.values()) reject(new Error(endedBecause));
    waiting.clear();
  }

  worker.on('message', (message: FromWorker) => {
    if (message.kind !== 'done' && message.kind !== 'failed') return;
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
      waiting.set(message.seq, { resolve, reject });
      worker.ref();
      worker.postMessage(message);
    });
  }

  return {
    notes,
    get dead() {
      return endedBecause !== undefined;
    },
    ask,
    async close() {
      try {
        await ask({ kind: 'close' });
      } catch {}
      end('The store is closed.');
      await worker.terminate();
    },
  };
}
