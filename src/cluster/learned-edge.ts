import type { Edge } from '../domain/endpoint.ts';
import { FAILURES } from '../domain/failure.ts';
import type { LearnedEdge } from '../domain/health.ts';
import type { Outcome } from '../domain/outcome.ts';

/** What it takes to learn an edge from its cuts. */
export interface EdgeLearning {
  /** A connection that breaks after less silence than this broke for other reasons. */
  readonly resetAfterMs: number;
  /** An edge's page after less than this says that it could not reach the endpoint. */
  readonly pageAfterMs: number;
  /** Two cuts are alike within this, or within `toleranceShare` of the longer one where that is more. */
  readonly toleranceMs: number;
  readonly toleranceShare: number;
  /** Connections that break within this of each other, after silences that are not alike, broke together. */
  readonly togetherMs: number;
  /** Forgotten after so long without a cut. */
  readonly forgetAfterMs: number;
}

/** No edge in use cuts silence before 20 s; most cut to within a second, and a proxy's timer wheel adds some. */
export const LEARNING: EdgeLearning = {
  resetAfterMs: 20_000,
  pageAfterMs: 1_000,
  toleranceMs: 3_000,
  toleranceShare: 0.1,
  togetherMs: 1_000,
  forgetAfterMs: 24 * 3_600_000,
};

/** Cuts remembered, learned from or not. */
const MOST_CUTS = 8;
/** A silence survived counts against an edge if it was longer by this share: clocks and timers are not exact. */
const SURVIVED_SHARE = 1.1;

interface Cut {
  readonly at: number;
  readonly silenceMs: number;
  /** `page`: the edge said so. `break`: one of many connections that broke together, as when a relay restarts. */
  readonly by: 'page' | 'reset' | 'break';
}

/** What cuts have taught of one endpoint. */
export interface EdgeMemory {
  readonly cuts: readonly Cut[];
  readonly learned: LearnedEdge | undefined;
}

export const NO_CUTS: EdgeMemory = { cuts: [], learned: undefined };

/** The memory after an attempt's end. The same object where it taught nothing. */
export function taughtBy(memory: EdgeMemory, outcome: Outcome, rules: EdgeLearning, now: number): EdgeMemory {
  if (outcome.kind === 'answered') return survived(memory, outcome.times.longestSilenceMs);
  const cut = cutOf(outcome, rules, now);
  return cut === undefined ? memory : taughtByCut(current(memory, rules, now), cut, rules);
}

/** The learned edge, unless it is forgotten by now. */
export function learnedAt(
  { learned }: EdgeMemory,
  rules: EdgeLearning,
  now: number,
): LearnedEdge | undefined {
  return learned && now - learned.lastCutAt <= rules.forgetAfterMs ? learned : undefined;
}

function cutOf(outcome: Outcome, rules: EdgeLearning, at: number): Cut | undefined {
  if (outcome.kind !== 'failed') return undefined;
  const { cause, phase, silenceMs, times } = outcome;
  const { cut } = FAILURES[cause];
  if (cut === 'page') {
    // The edge's own page has ended the silence that it is about.
    const beforePageMs = Math.max(silenceMs, times.longestSilenceMs);
    return beforePageMs >= rules.pageAfterMs ? { at, silenceMs: beforePageMs, by: 'page' } : undefined;
  }
  const underWay = cut === 'break' && (phase === 'wait' || phase === 'stream');
  return underWay && silenceMs >= rules.resetAfterMs ? { at, silenceMs, by: 'reset' } : undefined;
}

function current(memory: EdgeMemory, rules: EdgeLearning, now: number): EdgeMemory {
  return {
    cuts: memory.cuts.filter(({ at }) => now - at <= rules.forgetAfterMs),
    learned: learnedAt(memory, rules, now),
  };
}

function survived(memory: EdgeMemory, silenceMs: number): EdgeMemory {
  if (memory.learned === undefined && memory.cuts.length === 0) return memory;
  const stands = (cut: { readonly silenceMs: number }): boolean =>
    silenceMs <= cut.silenceMs * SURVIVED_SHARE;
  if ((memory.learned === undefined || stands(memory.learned)) && memory.cuts.every(stands)) return memory;
  const { learned } = memory;
  return { cuts: memory.cuts.filter(stands), learned: learned && stands(learned) ? learned : undefined };
}

function alike(a: number, b: number, rules: EdgeLearning): boolean {
  return Math.abs(a - b) <= Math.max(rules.toleranceMs, rules.toleranceShare * Math.max(a, b));
}

/** A cut that is like the learned edge speaks for it; two alike that are shorter take its place. */
function taughtByCut(memory: EdgeMemory, cut: Cut, rules: EdgeLearning): EdgeMemory {
  if (brokeTogether(memory, cut, rules)) return withoutBreak(memory, cut, rules);
  const { learned } = memory;
  const { at, silenceMs } = cut;
  const cuts = [...memory.cuts, cut].slice(-MOST_CUTS);
  if (learned && alike(learned.silenceMs, silenceMs, rules)) {
    const shorter = Math.min(learned.silenceMs, silenceMs);
    return { cuts, learned: { ...learned, silenceMs: shorter, lastCutAt: at, cuts: learned.cuts + 1 } };
  }
  const before = memory.cuts.filter((one) => one.by !== 'break' && alike(one.silenceMs, silenceMs, rules));
  if (before.length === 0 || (learned && learned.silenceMs < silenceMs)) return { cuts, learned };
  const shortest = Math.min(silenceMs, ...before.map((one) => one.silenceMs));
  return { cuts, learned: { silenceMs: shortest, since: at, lastCutAt: at, cuts: before.length + 1 } };
}

/**
 * An edge cuts each connection after its own silence; one that goes down takes all of them with it at once. Among
 * those some silences are alike by chance, and nothing is to be learned from that.
 */
function brokeTogether({ cuts }: EdgeMemory, cut: Cut, rules: EdgeLearning): boolean {
  if (cut.by !== 'reset') return false;
  return cuts.some(
    (one) =>
      cut.at - one.at <= rules.togetherMs &&
      (one.by === 'break' || (one.by === 'reset' && !alike(one.silenceMs, cut.silenceMs, rules))),
  );
}

/** Takes back what the first of them may have taught. */
function withoutBreak({ cuts, learned }: EdgeMemory, cut: Cut, rules: EdgeLearning): EdgeMemory {
  const recent = (at: number): boolean => cut.at - at <= rules.togetherMs;
  const broken = [...cuts, cut].map((one): Cut => {
    return one.by === 'reset' && recent(one.at) ? { ...one, by: 'break' } : one;
  });
  return { cuts: broken.slice(-MOST_CUTS), learned: learned && recent(learned.since) ? undefined : learned };
}

/** What was saved, if it is sound. */
export function restored(saved: LearnedEdge | undefined): EdgeMemory {
  const sound = saved && [saved.silenceMs, saved.since, saved.lastCutAt, saved.cuts].every(Number.isFinite);
  return sound ? { cuts: [], learned: saved } : NO_CUTS;
}

/** The silence and total allowed by what is configured and what was learned, the smaller each; Infinity = no limit. */
export function allowedBy(
  edge: Edge | undefined,
  maxDurationMs: number | undefined,
  learned: LearnedEdge | undefined,
): { readonly silenceMs: number; readonly totalMs: number } {
  const most = Number.POSITIVE_INFINITY;
  return {
    silenceMs: Math.min(edge?.silenceMs ?? most, learned?.silenceMs ?? most),
    totalMs: Math.min(edge?.totalMs ?? most, maxDurationMs ?? most),
  };
}
