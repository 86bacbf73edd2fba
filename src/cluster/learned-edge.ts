import type { Edge } from '../domain/endpoint.ts';
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
  /** Forgotten after so long without a cut. */
  readonly forgetAfterMs: number;
}

/** No edge in use cuts silence before 20 s; most cut to within a second, and a proxy's timer wheel adds some. */
export const LEARNING: EdgeLearning = {
  resetAfterMs: 20_000,
  pageAfterMs: 1_000,
  toleranceMs: 3_000,
  toleranceShare: 0.1,
  forgetAfterMs: 24 * 3_600_000,
};

/** Cuts remembered that do not speak for an edge yet. */
const MOST_CUTS = 8;
/** A silence survived counts against an edge if it was longer by this share: clocks and timers are not exact. */
const SURVIVED_SHARE = 1.1;

export interface Cut {
  readonly at: number;
  readonly silenceMs: number;
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
  const silenceMs = silenceOfCut(outcome, rules);
  return silenceMs === undefined ? memory : cutAt(current(memory, rules, now), silenceMs, rules, now);
}

/** The learned edge, unless it is forgotten by now. */
export function learnedAt(
  { learned }: EdgeMemory,
  rules: EdgeLearning,
  now: number,
): LearnedEdge | undefined {
  return learned && now - learned.lastCutAt <= rules.forgetAfterMs ? learned : undefined;
}

function silenceOfCut(outcome: Outcome, rules: EdgeLearning): number | undefined {
  if (outcome.kind !== 'failed') return undefined;
  const { cause, phase, silenceMs, times } = outcome;
  if (cause === 'edge-timeout') {
    // The edge's own page has ended the silence that it is about.
    const beforePageMs = Math.max(silenceMs, times.longestSilenceMs);
    return beforePageMs >= rules.pageAfterMs ? beforePageMs : undefined;
  }
  const underWay = cause === 'reset' && (phase === 'wait' || phase === 'stream');
  return underWay && silenceMs >= rules.resetAfterMs ? silenceMs : undefined;
}

function current(memory: EdgeMemory, rules: EdgeLearning, now: number): EdgeMemory {
  return {
    cuts: memory.cuts.filter(({ at }) => now - at <= rules.forgetAfterMs),
    learned: learnedAt(memory, rules, now),
  };
}

function survived(memory: EdgeMemory, silenceMs: number): EdgeMemory {
  const stands = (cut: { readonly silenceMs: number }): boolean =>
    silenceMs <= cut.silenceMs * SURVIVED_SHARE;
  if ((memory.learned === undefined || stands(memory.learned)) && memory.cuts.every(stands)) return memory;
  const { learned } = memory;
  return { cuts: memory.cuts.filter(stands), learned: learned && stands(learned) ? learned : undefined };
}

/** A cut that is like the learned edge speaks for it; two alike that are shorter take its place. */
function cutAt(
  { cuts, learned }: EdgeMemory,
  silenceMs: number,
  rules: EdgeLearning,
  now: number,
): EdgeMemory {
  const alike = (other: number): boolean =>
    Math.abs(other - silenceMs) <=
    Math.max(rules.toleranceMs, rules.toleranceShare * Math.max(other, silenceMs));
  if (learned && alike(learned.silenceMs)) {
    const shorter = Math.min(learned.silenceMs, silenceMs);
    return { cuts, learned: { ...learned, silenceMs: shorter, lastCutAt: now, cuts: learned.cuts + 1 } };
  }
  const before = cuts.filter((cut) => alike(cut.silenceMs));
  const fresh = { cuts: [...cuts, { at: now, silenceMs }].slice(-MOST_CUTS), learned };
  if (before.length === 0 || (learned && learned.silenceMs < silenceMs)) return fresh;
  return {
    cuts: cuts.filter((cut) => !before.includes(cut)),
    learned: {
      silenceMs: Math.min(silenceMs, ...before.map((cut) => cut.silenceMs)),
      since: now,
      lastCutAt: now,
      cuts: before.length + 1,
    },
  };
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
