import { Journal } from '../../src/journal/journal.ts';
import { main } from '../../src/main.ts';

/** What the soak asks of the gateway's process, by message. */
export interface Inside {
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Journals that the collector found in use, and the bytes they hold. */
  readonly journals: number;
  readonly journalBytes: number;
  readonly sockets: number;
  readonly timers: number;
}

const journals = new Set<WeakRef<Journal>>();
const open = Journal.prototype.open;
Journal.prototype.open = function (this: Journal, ...given: Parameters<typeof open>) {
  journals.add(new WeakRef(this));
  open.apply(this, given);
};

function inside(): Inside {
  globalThis.gc?.();
  let journalBytes = 0;
  for (const reference of journals) {
    const journal = reference.deref();
    if (journal === undefined) journals.delete(reference);
    else journalBytes += journal.keptBytes;
  }
  const resources = process.getActiveResourcesInfo();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    rssBytes: rss,
    heapBytes: heapUsed,
    journals: journals.size,
    journalBytes,
    sockets: resources.filter((name) => name === 'TCPSocketWrap').length,
    timers: resources.filter((name) => name === 'Timeout').length,
  };
}

process.on('message', () => process.send?.(inside()));
process.on('disconnect', () => process.exit(1));
await main(process.argv);
process.disconnect?.();
