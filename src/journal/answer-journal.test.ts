import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/doubles/fake-clock.ts';
import type { FlowControl } from '../domain/answer.ts';
import { gatewayError } from '../errors/gateway-error.ts';
import { Journal } from './answer-journal.ts';
import type { JournalEnd, JournalHead, JournalReader, Place } from './reading.ts';

const MAX_CHUNK_BYTES = 100_000;
/** What the fastest reader may not have read before the upstream is asked to pause, and one chunk that was on its way. */
const BACKLOG_MAX = 256 * 1024 + MAX_CHUNK_BYTES;
const LOST_BYTES = 1024 * 1024;

const HEAD: JournalHead = { status: 200, headers: [], form: 'plain' };
const NO_FLOW: FlowControl = { pause: () => undefined, resume: () => undefined };

/** Takes what it is given until it is told to stall. */
class Collector implements JournalReader {
  readonly givesOut: boolean = true;
  readonly wantsBytes: boolean = true;
  stalls = false;
  parts: Buffer[] = [];
  heads = 0;
  resets = 0;
  end: JournalEnd | undefined;
  lost: string | undefined;
  place: Place | undefined;

  onHead(): void {
    this.heads += 1;
  }

  onBytes(bytes: Buffer): boolean {
    this.parts.push(bytes);
    return !this.stalls;
  }

  onEnd(end: JournalEnd): void {
    this.end = end;
  }

  onReset(): void {
    this.resets += 1;
    this.parts = [];
  }

  onLost(why: string): void {
    this.lost = why;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.parts);
  }

  readIn(journal: Journal, from = 0): this {
    this.place = journal.read(this, from);
    if (this.place) journal.resume(this.place);
    return this;
  }
}

type Action =
  | { readonly kind: 'append'; readonly bytes: number }
  | { readonly kind: 'join' }
  | { readonly kind: 'stall' | 'go-on' | 'leave'; readonly reader: number };

const ofReader = (kind: 'stall' | 'go-on' | 'leave') =>
  fc.record({ kind: fc.constant(kind), reader: fc.nat(3) });

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      bytes: fc.integer({ min: 1, max: MAX_CHUNK_BYTES }),
    }),
  },
  { weight: 2, arbitrary: ofReader('stall') },
  { weight: 3, arbitrary: ofReader('go-on') },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const) }) },
  { weight: 1, arbitrary: ofReader('leave') },
);

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Chunks are told apart by what they hold: each is filled with its own number. */
async function run(keeps: boolean, actions: readonly Action[]) {
  let paused = false;
  const flow: FlowControl = {
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
    },
  };
  let keptBytes = 0;
  const journal = new Journal(createFakeClock(), keeps, (weight) => {
    keptBytes += weight;
  });
  const written: Buffer[] = [];
  const readers: Collector[] = [];
  const join = () => readers.push(new Collector().readIn(journal));
  const here = () => readers.filter(({ lost, place }) => lost === undefined && place && !place.left);
  const goOn = (reader: Collector) => {
    reader.stalls = false;
    if (reader.place?.blocked) journal.resume(reader.place);
  };
  const append = (bytes: number, index: number) => {
    if (paused) return;
    const chunk = Buffer.alloc(bytes, index % 251);
    written.push(chunk);
    journal.append(chunk);
  };
  const act = (step: Action, index: number) => {
    if (step.kind === 'append') return append(step.bytes, index);
    if (step.kind === 'join') return journal.whole && readers.length < 4 ? join() : undefined;
    const reader = readers[step.reader];
    if (!reader?.place || reader.place.left) return;
    if (step.kind === 'stall') reader.stalls = true;
    else if (step.kind === 'go-on') goOn(reader);
    else journal.leave(reader.place);
  };
  join();
  journal.open(HEAD, flow);
  for (const [index, step] of actions.entries()) {
    act(step, index);
    const lags = here().map(({ place }) => journal.totalBytes - (place?.offset ?? 0));
    if (lags.length > 0) expect(Math.min(...lags)).toBeLessThanOrEqual(BACKLOG_MAX);
    if (lags.length === 0 || Math.min(...lags) <= 64 * 1024) expect(paused).toBe(false);
    if (!keeps && lags.length > 1 && Math.min(...lags) <= 64 * 1024)
      expect(Math.max(...lags)).toBeLessThanOrEqual(LOST_BYTES);
  }
  journal.finish({ kind: 'complete' });
  const all = Buffer.concat(written);
  for (const reader of here()) {
    while (!reader.end) {
      goOn(reader);
      await turn();
    }
    expect([reader.heads, reader.end.kind]).toEqual([1, 'complete']);
    expect(reader.bytes.equals(all)).toBe(true);
  }
  return { journal, keptBytes: () => keptBytes, all };
}

describe('the journal', () => {
  it('gives each reader every byte once and in order, and lets none hold up another, whatever happens when', async () => {
    const property = fc.asyncProperty(
      fc.boolean(),
      fc.array(action, { maxLength: 80 }),
      async (keeps, actions) => {
        await run(keeps, actions);
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });

  it('keeps everything where it is to be kept, weighs it, and nothing that was read where not', async () => {
    const actions: Action[] = Array.from({ length: 30 }, () => ({ kind: 'append', bytes: 1_000 }));
    const kept = await run(true, actions);
    expect(kept.keptBytes()).toBeGreaterThanOrEqual(30_000);
    expect(kept.journal.bytes().equals(kept.all)).toBe(true);
    kept.journal.letGo();
    expect(kept.keptBytes()).toBe(0);
    const passed = await run(false, actions);
    expect([passed.journal.keptBytes, passed.journal.whole]).toEqual([0, false]);
  });

  it('holds nothing for nobody: what is neither kept nor read goes by', () => {
    const journal = new Journal(createFakeClock(), false, () => undefined);
    journal.open(HEAD, NO_FLOW);
    for (let i = 0; i < 100; i += 1) journal.append(Buffer.alloc(10_000));
    expect([journal.totalBytes, journal.keptBytes]).toEqual([1_000_000, 0]);
  });

  it('gives no place to a reader whose beginning is gone: a hole would look whole', () => {
    const journal = new Journal(createFakeClock(), false, () => undefined);
    const first = new Collector().readIn(journal);
    journal.open(HEAD, NO_FLOW);
    journal.append(Buffer.from('gone'));
    expect(journal.read(new Collector())).toBeUndefined();
    expect(new Collector().readIn(journal, 4).place).toBeDefined();
    expect(first.bytes.toString()).toBe('gone');
  });

  it('a reader that throws loses its place, and takes nothing from the others', () => {
    const journal = new Journal(createFakeClock(), true, () => undefined);
    const broken = new (class extends Collector {
      override onBytes(): boolean {
        throw new Error('a defect');
      }
    })().readIn(journal);
    const sound = new Collector().readIn(journal);
    journal.open(HEAD, NO_FLOW);
    expect(() => journal.append(Buffer.from('all of it'))).not.toThrow();
    journal.finish({ kind: 'complete' });
    expect([broken.lost, broken.end]).toEqual([expect.stringContaining('a defect'), undefined]);
    expect([sound.bytes.toString(), sound.end?.kind]).toEqual(['all of it', 'complete']);
  });

  it('a stuck reader of what is not kept loses its place before it holds up one that reads', () => {
    const journal = new Journal(createFakeClock(), false, () => undefined);
    const stuck = new Collector().readIn(journal);
    const quick = new Collector().readIn(journal);
    stuck.stalls = true;
    let pauses = 0;
    const pause = () => {
      pauses += 1;
    };
    journal.open(HEAD, { ...NO_FLOW, pause });
    for (let i = 0; i < 30; i += 1) journal.append(Buffer.alloc(100_000, i));
    expect(stuck.lost).toContain('slowly');
    expect([quick.bytes.length, pauses]).toEqual([3_000_000, 0]);
    expect(journal.keptBytes).toBe(0);
  });

  it('a replay of a large answer lets others have a turn', async () => {
    const journal = new Journal(createFakeClock(), true, () => undefined);
    journal.open(HEAD, NO_FLOW);
    for (let i = 0; i < 40; i += 1) journal.append(Buffer.alloc(100_000, i));
    journal.finish({ kind: 'complete' });
    const reader = new Collector().readIn(journal);
    expect(reader.bytes.length).toBeLessThan(1_000_000);
    let turns = 0;
    for (; !reader.end; turns += 1) await turn();
    expect(reader.bytes.equals(journal.bytes())).toBe(true);
    expect(turns).toBeGreaterThan(3);
  });

  it('a reset before anything was given out begins anew for whoever is there', () => {
    const journal = new Journal(createFakeClock(), true, () => undefined);
    const reader = new (class extends Collector {
      override readonly givesOut = false;
    })().readIn(journal);
    journal.open(HEAD, NO_FLOW);
    journal.append(Buffer.from('void'));
    expect(journal.givenOut).toBe(false);
    journal.reset();
    journal.open(HEAD, NO_FLOW);
    journal.append(Buffer.from('real'));
    expect([reader.resets, journal.totalBytes, reader.bytes.toString(), reader.heads]).toEqual([
      1,
      4,
      'real',
      2,
    ]);
  });

  it('tells of the end once, also those who read nothing, and holds nothing back for them', () => {
    const journal = new Journal(createFakeClock(), true, () => undefined);
    const waiting = new (class extends Collector {
      override readonly wantsBytes = false;
      override readonly givesOut = false;
    })().readIn(journal);
    let pauses = 0;
    const pause = () => {
      pauses += 1;
    };
    journal.open(HEAD, { ...NO_FLOW, pause });
    for (let i = 0; i < 10; i += 1) journal.append(Buffer.alloc(100_000));
    journal.finish({ kind: 'complete' });
    journal.finish({ kind: 'broken', error: gatewayError('cancelled'), tellable: false });
    expect([waiting.end?.kind, waiting.bytes.length, pauses]).toEqual(['complete', 0, 0]);
  });
});

describe('the rate of an answer', () => {
  function steady(bytesEvery100Ms: number, forMs: number) {
    const clock = createFakeClock();
    const journal = new Journal(clock, false, () => undefined);
    journal.open({ status: 200, headers: [], form: 'events' }, NO_FLOW);
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
