import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Endpoint, STRATEGIES } from '../domain/endpoint.ts';
import type { FailureCause, Outcome } from '../domain/outcome.ts';
import { type Operation, PROTOCOLS } from '../domain/protocol.ts';
import {
  type ChooseRequest,
  createFleet,
  type Expectation,
  type Fleet,
  type FleetSettings,
} from './cluster.ts';
import { answered, endpoint, failed, rejected, seeded, settings } from './samples.ts';

const IDS = ['a', 'b', 'c', 'd'];
const OPERATIONS: Operation[] = ['generate', 'generate', 'generate', 'count-tokens', 'pass'];
const OUTCOMES: (FailureCause | 'answered' | 'rejected')[] = [
  'answered',
  'rejected',
  'timeout',
  'connect-failed',
  'rate-limited',
  'overloaded',
  'bad-key',
  'cancelled',
  'reset',
  'upstream-error',
  'edge-timeout',
];

const outcomeOf = (id: string, what: (typeof OUTCOMES)[number], at: number): Outcome => {
  if (what === 'answered') return answered(id, at);
  return what === 'rejected' ? rejected(id, at) : failed(id, what, at, { silenceMs: 30_000 });
};

const ms = fc.integer({ min: 1, max: 100_000 });
/** What endpoints allow, and how they are called in a header. */
const cutting = {
  name: fc.string({ maxLength: 60, unit: 'binary' }),
  edge: fc.record({ silenceMs: ms, totalMs: ms }, { requiredKeys: [] }),
  maxDurationMs: ms,
};

const endpoints = fc
  .tuple(
    ...IDS.map((id) =>
      fc
        .record({
          weight: fc.integer({ min: 0, max: 10 }),
          priority: fc.integer({ min: 1, max: 2 }),
          maxFailures: fc.integer({ min: 1, max: 4 }),
          enabled: fc.boolean(),
          protocols: fc.subarray([...PROTOCOLS]),
          limits: fc.record(
            { concurrency: fc.integer({ min: 1, max: 3 }), rps: fc.integer({ min: 1, max: 3 }) },
            { requiredKeys: [] },
          ),
          ...cutting,
        })
        .map((more): Endpoint => endpoint(id, more)),
    ),
  )
  .chain((all) => fc.shuffledSubarray(all));

const configured = fc
  .record({ strategy: fc.constantFrom(...STRATEGIES), list: endpoints, enabled: fc.boolean() })
  .map(({ strategy, list, enabled }): FleetSettings => settings(strategy, list, { enabled }));

const asked = fc.record<ChooseRequest>(
  {
    cluster: fc.constant('main'),
    protocol: fc.constantFrom(...PROTOCOLS),
    operation: fc.constantFrom(...OPERATIONS),
    tried: fc.array(fc.constantFrom(...IDS), { maxLength: 4 }),
    session: fc.string(),
    expect: fc
      .dictionary(fc.constantFrom(...IDS), fc.record({ firstEventMs: ms, silenceMs: ms, totalMs: ms }))
      .map((times) => ({ id }: Endpoint): Expectation | undefined => {
        const known = times[id];
        return known && { ...known, basis: 'prior', samples: 0 };
      }),
  },
  { requiredKeys: ['cluster', 'protocol', 'operation', 'tried'] },
);

const id = fc.constantFrom(...IDS);
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('try' as const), request: asked }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(),
      what: fc.constantFrom(...OUTCOMES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('stray' as const),
      id,
      operation: fc.constantFrom(...OPERATIONS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('check' as const), id, ok: fc.boolean(), begin: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('clear' as const), id: fc.option(id, { nil: undefined }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reload' as const), next: configured }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** What can be seen of a fleet from outside, but for `changedSince`, which looking changes. */
const seen = (fleet: Fleet, now: number): string =>
  JSON.stringify([fleet.views(now), fleet.snapshots(), fleet.nextDueAt(), fleet.due(now)]);

/** A fleet under way: what it was told, to hold its answers against. */
class Walk {
  now = 1_000_000;
  readonly running: { readonly id: string; readonly operation: Operation; readonly at: number }[] = [];
  readonly fleet: Fleet;
  config: FleetSettings;

  constructor(config: FleetSettings) {
    this.config = config;
    this.fleet = createFleet(config);
  }

  take(step: Act): void {
    const { fleet, now } = this;
    switch (step.do) {
      case 'try':
        this.attempt(step.request);
        break;
      case 'end':
        this.end(step.which, step.what);
        break;
      case 'stray':
        fleet.ended(step.id, failed(step.id, 'cancelled', now), step.operation, undefined, now);
        this.dropOne(step.id);
        break;
      case 'wait':
        this.now += step.ms;
        break;
      case 'check':
        if (step.begin) fleet.checkBegan(step.id, now);
        fleet.checkEnded(step.id, step.ok ? { ok: true } : { ok: false, detail: 'x' }, now);
        break;
      case 'clear':
        fleet.clear(step.id, now);
        break;
      case 'reload':
        this.config = step.next;
        fleet.apply(step.next);
    }
  }

  /** An `ended` too many takes one away from what is in flight, and no more. */
  private dropOne(id: string): void {
    const index = this.running.findIndex((each) => each.id === id);
    if (index >= 0) this.running.splice(index, 1);
  }

  private attempt(request: ChooseRequest): void {
    const choice = this.choose(request);
    const able = this.config.clusters[0]!.endpoints.filter(
      (each) => each.enabled && each.protocols.includes(request.protocol),
    );
    expect(choice.kind === 'none').toBe(able.length === 0);
    if (choice.kind !== 'endpoint') {
      if (choice.kind === 'full') expect(choice.soonestMs).toBeGreaterThan(0);
      return;
    }
    expect(able).toContain(choice.endpoint);
    expect(choice.outOfService).toBe(choice.why === 'least-bad');
    expect(choice.route).toMatch(/^[\x20-\x7e]{1,200}$/);
    expect(choice.edgeIgnored).toBe(choice.route.startsWith('edge ignored: '));
    const running = this.running.filter(
      (each) => each.id === choice.endpoint.id && each.operation === 'generate',
    );
    if (request.operation === 'generate') {
      expect(running.length).toBeLessThan(choice.endpoint.limits.concurrency ?? Number.POSITIVE_INFINITY);
    }
    this.fleet.began(choice.endpoint.id, 'main', request.operation, this.now);
    this.running.push({ id: choice.endpoint.id, operation: request.operation, at: this.now });
  }

  /** Twice, with the same randomness: the same must come out, and nothing be changed. */
  private choose(request: ChooseRequest): ReturnType<Fleet['choose']> {
    const before = seen(this.fleet, this.now);
    const choice = this.fleet.choose(request, this.now, seeded(42));
    expect(this.fleet.choose(request, this.now, seeded(42))).toEqual(choice);
    expect(seen(this.fleet, this.now)).toBe(before);
    return choice;
  }

  private end(which: number, what: (typeof OUTCOMES)[number]): void {
    if (this.running.length === 0) return;
    const [one] = this.running.splice(which % this.running.length, 1);
    this.fleet.ended(one!.id, outcomeOf(one!.id, what, one!.at), one!.operation, 'm', this.now);
  }

  /** Holds at any time. */
  check(): void {
    for (const view of this.fleet.views(this.now)) {
      expect(view.inFlight).toBeGreaterThanOrEqual(0);
      expect(view.inQueue).toBe(view.circuit.kind !== 'closed');
      expect(view.successRate ?? 0).toBeLessThanOrEqual(1);
    }
  }
}

describe('a fleet, whatever happens to it', () => {
  it('always has an endpoint or a reason, never a negative count, and chooses without side effects', () => {
    fc.assert(
      fc.property(configured, fc.array(act, { maxLength: 60 }), (config, steps) => {
        const walk = new Walk(config);
        for (const step of steps) {
          walk.take(step);
          walk.check();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('opens a circuit after exactly maxFailures failures in a row', () => {
    const results = fc.array(fc.constantFrom('answered', 'reset', 'timeout', 'cancelled', 'rate-limited'), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), results, (maxFailures, list) => {
        const fleet = createFleet(settings('priority', [endpoint('a', { maxFailures })]));
        let row = 0;
        for (const [index, what] of (list as (typeof OUTCOMES)[number][]).entries()) {
          fleet.began('a', 'main', 'generate', index);
          fleet.ended('a', outcomeOf('a', what, index), 'generate', undefined, index);
          if (what === 'answered') row = 0;
          if (what === 'reset' || what === 'timeout') row += 1;
          expect(fleet.view('a', index)?.circuit.kind).toBe(row >= maxFailures ? 'open' : 'closed');
          expect(fleet.view('a', index)?.consecutiveFailures).toBe(row);
        }
      }),
    );
  });
});
