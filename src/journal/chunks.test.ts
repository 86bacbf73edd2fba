import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/doubles/fake-clock.ts';
import { Journal, type JournalReader } from './chunks.ts';

const MAX_CHUNK_BYTES = 100_000;
/** What may be unread before the upstream is asked to pause, and one chunk that was on its way. */
const BACKLOG_MAX = 256 * 1024 + MAX_CHUNK_BYTES;

type Action =
  | { readonly kind: 'append'; readonly bytes: number }
  | { readonly kind: 'join' }
  | { readonly kind: 'read' | 'leave'; readonly reader: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      bytes: fc.integer({ min: 1, max: MAX_CHUNK_BYTES }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), reader: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), reader: fc.nat(3) }) },
);

interface Tracked {
  readonly reader: JournalReader;
  readBytes: number;
  here: boolean;
}

/** Chunks are told apart by their size and by what they hold: each is filled with its own number. */
function run(keeps: boolean, actions: readonly Action[]) {
  const flow = {
    paused: false,
    pause() {
      flow.paused = true;
    },
    resume() {
      flow.paused = false;
    },
  };
  let keptBytes = 0;
  const journal = new Journal(createFakeClock(), keeps, (bytes) => {
    keptBytes += bytes;
  });
  const written: Buffer[] = [];
  const readers: Tracked[] = [];
  const join = () => {
    const options = { onNews: () => undefined, onReset: () => undefined, givesOut: () => true };
    readers.push({ reader: journal.read(options), readBytes: 0, here: true });
  };
  const read = (tracked: Tracked) => {
    const chunk = tracked.reader.next();
    if (!chunk) return false;
    const all = Buffer.concat(written);
    expect(chunk.equals(all.subarray(tracked.readBytes, tracked.readBytes + chunk.length))).toBe(true);
    tracked.readBytes += chunk.length;
    return true;
  };
  const unread = () => {
    const here = readers.filter((each) => each.here);
    return here.length === 0 ? 0 : journal.totalBytes - Math.min(...here.map(({ readBytes }) => readBytes));
  };
  join();
  journal.open({ status: 200, headers: [], form: 'plain' }, flow);
  const append = (bytes: number, mark: number) => {
    if (flow.paused) return;
    const chunk = Buffer.alloc(bytes, mark % 251);
    written.push(chunk);
    journal.append(chunk);
  };
  const leave = (tracked: Tracked) => {
    tracked.here = false;
    tracked.reader.leave();
  };
  const act = (step: Action, index: number) => {
    if (step.kind === 'append') return append(step.bytes, index);
    if (step.kind === 'join') return journal.whole && readers.length < 4 ? join() : undefined;
    const tracked = readers[step.reader];
    if (tracked?.here) (step.kind === 'read' ? read : leave)(tracked);
  };
  for (const [index, step] of actions.entries()) {
    act(step, index);
    expect(unread()).toBeLessThanOrEqual(BACKLOG_MAX);
    if (unread() <= 64 * 1024) expect(flow.paused).toBe(false);
  }
  journal.finish({ kind: 'complete' });
  for (const tracked of readers.filter((each) => each.here)) {
    while (read(tracked));
    expect(tracked.reader.atEnd).toBe(true);
    expect(tracked.readBytes).toBe(journal.totalBytes);
  }
  return { journal, keptBytes, written };
}

describe('the journal', () => {
  it('gives each reader every byte once and in order, and holds the upstream back, whatever happens when', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(action, { maxLength: 80 }),
        (keeps, actions) => void run(keeps, actions),
      ),
      { numRuns: 200 },
    );
  });

  it('keeps everything where it is to be kept, and only what is unread where not', () => {
    const actions: Action[] = Array.from({ length: 60 }, (_, index) =>
      index % 2 === 0 ? { kind: 'append', bytes: 1_000 } : { kind: 'read', reader: 0 },
    );
    const kept = run(true, actions);
    expect(kept.keptBytes).toBe(30_000);
    expect(kept.journal.bytes().equals(Buffer.concat(kept.written))).toBe(true);
    kept.journal.letGo();
    const passed = run(false, actions);
    expect(passed.journal.keptBytes).toBe(0);
    expect(passed.journal.whole).toBe(false);
  });

  it('tells of news: the head, each chunk and the end', () => {
    const journal = new Journal(createFakeClock(), false, () => undefined);
    let news = 0;
    const reader = journal.read({
      onNews() {
        news += 1;
      },
      onReset: () => undefined,
      givesOut: () => true,
    });
    journal.open(
      { status: 200, headers: [], form: 'plain' },
      { pause: () => undefined, resume: () => undefined },
    );
    journal.append(Buffer.from('a'));
    expect(reader.atEnd).toBe(false);
    journal.finish({ kind: 'complete' });
    journal.finish({ kind: 'complete' });
    expect(news).toBe(3);
    expect(reader.atEnd).toBe(false);
    expect(reader.next()?.toString()).toBe('a');
    expect(reader.atEnd).toBe(true);
    expect(reader.next()).toBeUndefined();
  });

  it('a reset before anything was given out begins anew for whoever is there', () => {
    const journal = new Journal(createFakeClock(), true, () => undefined);
    let resets = 0;
    const reader = journal.read({
      onNews: () => undefined,
      onReset() {
        resets += 1;
      },
      givesOut: () => false,
    });
    journal.append(Buffer.from('void'));
    reader.next();
    expect(journal.givenOut).toBe(false);
    journal.reset();
    journal.append(Buffer.from('real'));
    expect([resets, journal.totalBytes, reader.next()?.toString()]).toEqual([1, 4, 'real']);
  });
});

describe('the rate of an answer', () => {
  const FLOW = { pause: () => undefined, resume: () => undefined };

  function steady(bytesEvery100Ms: number, forMs: number) {
    const clock = createFakeClock();
    const journal = new Journal(clock, false, () => undefined);
    journal.open({ status: 200, headers: [], form: 'events' }, FLOW);
    for (let ms = 0; ms < forMs; ms += 100) {
      clock.advance(100);
      journal.append(Buffer.alloc(bytesEvery100Ms));
    }
    return { clock, journal };
  }

  it.each([1_500, 5_000, 60_000])('is that of the last seconds, after %d ms', (forMs) => {
    const { clock, journal } = steady(100, forMs);
    expect(journal.bytesPerS(clock.now())).toBeGreaterThan(900);
    expect(journal.bytesPerS(clock.now())).toBeLessThan(1_150);
  });

  it('forgets what flowed before', () => {
    const { clock, journal } = steady(10_000, 5_000);
    for (let ms = 0; ms < 6_000; ms += 100) {
      clock.advance(100);
      journal.append(Buffer.alloc(10));
    }
    expect(journal.bytesPerS(clock.now())).toBeLessThan(150);
  });

  it('is 0 before anything came, and once nothing came for a while', () => {
    const clock = createFakeClock();
    expect(new Journal(clock, false, () => undefined).bytesPerS(clock.now())).toBe(0);
    const { clock: later, journal } = steady(100, 5_000);
    later.advance(10_000);
    expect(journal.bytesPerS(later.now())).toBe(0);
  });

  it('a first burst is no rate of thousands', () => {
    const { clock, journal } = steady(1_000, 100);
    expect(journal.bytesPerS(clock.now())).toBe(1_000);
  });
});
