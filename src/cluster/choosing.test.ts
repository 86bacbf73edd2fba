import { describe, expect, it } from 'vitest';
import type { Endpoint, Limits } from '../domain/endpoint.ts';
import { type ChooseRequest, createFleet, type Fleet } from './cluster.ts';
import {
  answered,
  cluster,
  endpoint,
  fail,
  HEALTH,
  NOW,
  open,
  random,
  request,
  said,
  settings,
} from './samples.ts';

const A = endpoint('a', { priority: 1 });
const B = endpoint('b', { priority: 2 });
const C = endpoint('c', { priority: 3 });

describe('who is chosen, by state (strategy priority, a before b before c)', () => {
  interface Case {
    readonly what: string;
    readonly before?: (fleet: Fleet) => void;
    readonly ask?: Partial<ChooseRequest>;
    readonly endpoints?: readonly Endpoint[];
    readonly expected: string;
  }

  it.each<Case>([
    { what: 'all well', expected: 'a priority' },
    { what: 'first tried', ask: { tried: ['a'] }, expected: 'b priority' },
    { what: 'two tried', ask: { tried: ['a', 'b'] }, expected: 'c only-one-left' },
    { what: 'all tried: longest ago', ask: { tried: ['b', 'a', 'c'] }, expected: 'b tried-again' },
    { what: 'all tried: least often', ask: { tried: ['b', 'c', 'a', 'b'] }, expected: 'c tried-again' },
    { what: 'first banned', ask: { banned: ['a'] }, expected: 'b priority' },
    { what: 'all banned', ask: { banned: ['a', 'b', 'c'] }, expected: 'none' },
    { what: 'open', before: (f) => open(f, 'a'), expected: 'b priority' },
    { what: 'cooling', before: (f) => fail(f, 'a', 'rate-limited'), expected: 'b priority' },
    {
      what: 'half-open',
      before: (f) => {
        open(f, 'a');
        f.checkBegan('a', NOW);
      },
      expected: 'b priority',
    },
    {
      what: 'tried and in service before untried and out',
      before: (f) => {
        open(f, 'b');
        open(f, 'c');
      },
      ask: { tried: ['a', 'a'] },
      expected: 'a only-one-left',
    },
    {
      what: 'all out: nearest return',
      before: (f) => {
        open(f, 'a');
        fail(f, 'b', 'rate-limited', NOW, 40_000);
        fail(f, 'c', 'overloaded', NOW, 50_000);
      },
      expected: 'b least-bad!',
    },
    {
      what: 'all out: untried before tried',
      before: (f) => {
        open(f, 'a');
        fail(f, 'b', 'rate-limited', NOW, 40_000);
        fail(f, 'c', 'overloaded', NOW, 50_000);
      },
      ask: { tried: ['b'] },
      expected: 'c least-bad!',
    },
    {
      what: 'all out at once: fewest failures in a row',
      before: (f) => {
        for (const id of ['a', 'b', 'c']) open(f, id);
        fail(f, 'a', 'reset');
        fail(f, 'c', 'reset');
      },
      expected: 'b least-bad!',
    },
    {
      what: 'all out: a verification under way may end within its timeout',
      before: (f) => {
        for (const id of ['a', 'b', 'c']) open(f, id);
        f.checkBegan('c', NOW);
      },
      expected: 'c least-bad!',
    },
    {
      what: 'disabled',
      endpoints: [endpoint('a', { enabled: false }), B],
      expected: 'b priority',
    },
    { what: 'all disabled', endpoints: [endpoint('a', { enabled: false })], expected: 'none' },
    {
      what: 'another protocol',
      endpoints: [endpoint('a', { protocols: ['openai-chat'] }), B],
      expected: 'b priority',
    },
    {
      what: 'no such protocol',
      endpoints: [endpoint('a', { protocols: ['openai-chat'] })],
      expected: 'none',
    },
    { what: 'no such cluster', ask: { cluster: 'other' }, expected: 'none' },
    { what: 'the only one, tried', endpoints: [A], ask: { tried: ['a'] }, expected: 'a tried-again' },
    { what: 'the only one, out', endpoints: [A], before: (f) => open(f, 'a'), expected: 'a least-bad!' },
  ])('$what → $expected', ({ before, ask, endpoints, expected }) => {
    const fleet = createFleet(settings('priority', endpoints ?? [A, B, C]));
    before?.(fleet);
    expect(said(fleet, ask)).toBe(expected);
  });

  it('goes back to the first at once when it has recovered', () => {
    const fleet = createFleet(settings('priority', [A, B]));
    open(fleet, 'a');
    expect(said(fleet)).toBe('b only-one-left');
    fleet.checkEnded('a', { ok: true }, NOW + 1);
    expect(said(fleet)).toBe('a priority');
  });
});

describe('limits', () => {
  const limited = (limits: Limits, more: Limits = {}): Fleet =>
    createFleet(
      settings('priority', [endpoint('a', { limits }), endpoint('b', { priority: 2, limits: more })]),
    );

  it('goes elsewhere while an endpoint is at its limit, and says when all are', () => {
    const fleet = limited({ concurrency: 1 }, { rps: 1 });
    fleet.began('a', 'main', 'generate', NOW);
    expect(said(fleet)).toBe('b only-one-left');
    fleet.began('b', 'main', 'generate', NOW);
    expect(said(fleet, {}, NOW + 300)).toBe('full 700');
    expect(fleet.choose(request(), NOW + 300, random)).toMatchObject({ waiting: 2 });
    expect(said(fleet, {}, NOW + 1000)).toBe('b only-one-left');
    fleet.ended('a', answered('a', NOW), 'generate', undefined, NOW);
    expect(said(fleet, {}, NOW + 300)).toBe('a only-one-left');
  });

  it.each<[string, Limits, string]>([
    ['a slot', { concurrency: 2 }, 'full Infinity'],
    ['a second', { rps: 2 }, 'full 1000'],
    ['a minute', { rpm: 2 }, 'full 60000'],
    ['the later of two windows', { rps: 2, rpm: 2 }, 'full 60000'],
    ['a slot and a second', { concurrency: 2, rps: 2 }, 'full Infinity'],
  ])('waits for %s', (_, limits, expected) => {
    const fleet = createFleet(settings('weighted', [endpoint('a', { limits })]));
    fleet.began('a', 'main', 'generate', NOW);
    expect(said(fleet)).toBe('a weighted');
    fleet.began('a', 'main', 'generate', NOW);
    expect(said(fleet)).toBe(expected);
  });

  it.each(['count-tokens', 'pass'] as const)('leaves %s alone, which costs no slot either', (operation) => {
    const fleet = createFleet(settings('priority', [endpoint('a', { limits: { concurrency: 1, rps: 1 } })]));
    for (let i = 0; i < 26; i += 1) fleet.began('a', 'main', operation, NOW);
    expect(said(fleet)).toBe('a priority');
    fleet.began('a', 'main', 'generate', NOW);
    expect(said(fleet)).toBe('full Infinity');
    expect(said(fleet, { operation })).toBe('a priority');
    expect(fleet.view('a', NOW)?.inFlight).toBe(27);
  });

  it('rather asks a tried endpoint again, or waits, than one that is out', () => {
    const fleet = limited({}, { concurrency: 1 });
    fleet.began('b', 'main', 'generate', NOW);
    expect(said(fleet, { tried: ['a'] })).toBe('a only-one-left');
    open(fleet, 'a');
    expect(said(fleet, { tried: ['a'] })).toBe('full Infinity');
  });

  it('holds limits also when every endpoint is out', () => {
    const fleet = limited({ concurrency: 1 }, { concurrency: 1 });
    open(fleet, 'a');
    open(fleet, 'b', NOW + 5);
    expect(said(fleet)).toBe('a least-bad!');
    fleet.began('a', 'main', 'generate', NOW);
    expect(said(fleet)).toBe('b least-bad!');
    fleet.began('b', 'main', 'generate', NOW);
    expect(said(fleet)).toBe('full Infinity');
  });

  it('counts the smallest of the limits set where an endpoint stands in two clusters', () => {
    const loose = endpoint('a', { limits: { concurrency: 5 } });
    const tight = endpoint('a', { limits: { concurrency: 1 } });
    const fleet = createFleet({
      clusters: [cluster('priority', [loose]), cluster('priority', [tight], 'other')],
      health: HEALTH,
    });
    fleet.began('a', 'other', 'generate', NOW);
    expect(said(fleet)).toBe('full Infinity');
  });
});
