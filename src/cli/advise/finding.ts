import type { ConfigChange } from '../../config/config.ts';

/** How often somebody or something takes part in a finding. */
export interface Tally {
  readonly name: string;
  readonly count: number;
}

/** The numbers a finding rests on. */
export interface Evidence {
  /** Upstream calls, or for a listener, requests. */
  readonly calls: number;
  /** Shortest and longest of what the finding is about: silences, durations, waits. */
  readonly leastMs: number;
  readonly mostMs: number;
  /** Most frequent first. */
  readonly models: readonly Tally[];
  readonly clients: readonly Tally[];
}

/** What the calls of a finding cost without anybody getting their answers. */
export interface LostMoney {
  readonly calls: number;
  /** Sum of what is known. */
  readonly microUsd: number;
  /** Calls whose cost is not known. */
  readonly unknown: number;
}

export type AdviceKind =
  /** Calls are cut upstream after a steady silence that the config does not know of. */
  | 'endpoint-silence'
  /** Streams break upstream after a steady time, whatever flows. */
  | 'endpoint-total'
  /** Calls are cut that would not have been silent, had they been streamed. */
  | 'stream-upstream'
  /** Calls are cut though another cluster has an endpoint without that edge. */
  | 'route'
  /** Calls are cut, and there is no endpoint without such an edge. */
  | 'no-door'
  /** Our own timer ended calls of a kind that others got answered later than that. */
  | 'first-byte'
  /** Clients of a listener are gone before their answers come, from some duration on. */
  | 'listener'
  /** Calls were cancelled at a vendor that bills them all the same. */
  | 'billing';

/** One thing to change. */
export interface Advice {
  readonly kind: AdviceKind;
  /** Words for the text: names, limits. Durations are ms. */
  readonly about: Readonly<Record<string, string | number>>;
  readonly evidence: Evidence;
  readonly lost: LostMoney;
  /** Absent where no line of the config would help. */
  readonly change?: ConfigChange;
}
