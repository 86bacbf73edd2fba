import { randomUUID } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import type { StoredAnswer } from '../domain/ledger.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type Intents, type IntentsPorts, openIntents } from './intents.ts';
import { type LastingLink, startLink } from './lasting-link.ts';
import { createLedgerWriter } from './ledger-writer.ts';
import { failureOf, failureText, messageOf } from './open-failure.ts';
import { intentsFileOf } from './segments.ts';
import { startWorker } from './start-worker.ts';
import { createStateWriter } from './state-writer.ts';
import { HISTORY_MAX, type Store, type StoreOptions } from './store.ts';
import type { WorkerLink } from './worker-link.ts';
import type { Report, WorkerStart } from './worker-messages.ts';
import { createWriteQueue } from './write-batch.ts';

/** Bodies of kept answers, in all. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

/** Runs of stores that are open in this process: what they append to is no leftover of a crash. */
const openRuns = new Set<string>();

/**
 * Opens the store in `file`, which is made where it is missing (its folder is not). A file that can't be
 * used is a failure in words; a corrupt one is moved aside and replaced, and `notes` says so. What a process before
 * left in the intents file is put on record in the background, however long it is.
 */
export async function openStore(
  file: string,
  options: StoreOptions = {},
  start: (with_: WorkerStart) => Worker = startWorker,
): Promise<Result<Store, { readonly detail: string }>> {
  const { onTrouble = () => {}, answerBytesMax = ANSWER_BYTES_MAX } = options;
  const run = randomUUID();
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  let intents: Intents | undefined;
  const link = await startLink({
    start() {
      Atomics.store(asleep, 0, 0);
      return start({ file, run, openRuns: [...openRuns], answerBytesMax, asleep });
    },
    onReport: (report) => {
      if (report.kind === 'orphaned') intents?.rotate();
      else onTrouble(reportText(report));
    },
    onDeath: (detail) => onTrouble(`${detail} It is started again; nothing is lost.`),
    onRevival: () => onTrouble('The storage thread runs again.'),
  });
  if (!link.ok) return link;
  try {
    openRuns.add(run);
    const wake = () => {
      if (Atomics.exchange(asleep, 0, 0) === 1) link.value.tell({ kind: 'wake' });
    };
    intents = openIntents(intentsFileOf(file), run, { onAppend: wake, onRefusal: refusalTo(onTrouble) });
    link.value.tell({ kind: 'read' });
    return ok(storeOver(link.value, options, intents, () => openRuns.delete(run)));
  } catch (error) {
    openRuns.delete(run);
    await link.value.close();
    return fail({ detail: failureText(intentsFileOf(file), failureOf(error), messageOf(error)) });
  }
}

function reportText(report: Exclude<Report, { kind: 'orphaned' }>): string {
  if (report.kind === 'left-out') return report.detail;
  return report.detail === undefined
    ? 'The ledger is being saved again.'
    : `The ledger is not being saved: ${report.detail}`;
}

/** Tells of a disk that refuses lines. */
export function refusalTo(onTrouble: (detail: string) => void): NonNullable<IntentsPorts['onRefusal']> {
  return (refuses, lost) => {
    if (refuses) return onTrouble('The ledger can not be made safe against a crash: the disk refuses.');
    const gone = lost === 0 ? '' : ` ${lost} lines could not wait so long, and are lost.`;
    onTrouble(`The ledger is safe against a crash again.${gone}`);
  };
}

/** A store over an open line to a storage thread. */
export function storeOver(
  link: LastingLink,
  options: StoreOptions,
  intents: Intents,
  onClosed: () => void = () => {},
): Store {
  const queue = createWriteQueue();
  const writer = createStateWriter(link, queue, options.onTrouble ?? (() => {}));
  let closing: Promise<void> | undefined;

  async function askThread<T>(...question: Parameters<WorkerLink['ask']>): Promise<T> {
    return (await link.ask(...question)) as T;
  }

  /** What is queued is written before. */
  async function ask<T>(...question: Parameters<WorkerLink['ask']>): Promise<T> {
    await writer.writeNow();
    return askThread<T>(...question);
  }

  /** A look-up waits for no batch: what is queued is looked at here. */
  async function load(by: 'id' | 'key', value: string): Promise<StoredAnswer | undefined> {
    const queued = () => {
      const answer = queue.answer(by, value);
      return answer && (answer.expiresAt > Date.now() ? copyOf(answer) : 'expired');
    };
    const before = queued();
    if (before !== undefined) return before === 'expired' ? undefined : before;
    const found = await askThread<StoredAnswer | undefined>({ kind: 'answer', by, value });
    if (found === undefined || !queue.replaces(found)) return withBuffer(found);
    const after = queued();
    return after === 'expired' ? undefined : after;
  }

  async function close(): Promise<void> {
    await writer.stop();
    intents.close();
    await link.close();
    onClosed();
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
      writer.scheduleTotals();
    },
    loadTotals: () => ask({ kind: 'totals' }),
    ...createLedgerWriter(intents, askThread),
    saveAnswer(answer) {
      // Copied: a view crosses to the thread with all of the memory it looks into.
      queue.saveAnswer({ ...answer, body: Buffer.from(new Uint8Array(answer.body).buffer) });
      writer.schedule();
    },
    loadAnswer: (id) => load('id', id),
    loadAnswerByKey: (key) => load('key', key),
    saveState(name, json) {
      queue.saveState(name, json);
      writer.schedule();
    },
    loadState: async (name) => queue.state(name) ?? askThread({ kind: 'state', name }),
    async flush() {
      const written = intents.flush();
      const trouble = await writer.writeNow();
      if (trouble !== undefined) throw new Error(trouble);
      await askThread({ kind: 'catch-up' });
      if (!written) throw new Error('The disk refuses lines of the ledger.');
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

const copyOf = (answer: StoredAnswer): StoredAnswer => ({ ...answer, body: Buffer.from(answer.body) });

/** The thread's answer comes with its body as a plain array of bytes. */
function withBuffer(answer: StoredAnswer | undefined): StoredAnswer | undefined {
  if (answer === undefined) return undefined;
  const { buffer, byteOffset, byteLength } = answer.body;
  return { ...answer, body: Buffer.from(buffer, byteOffset, byteLength) };
}
