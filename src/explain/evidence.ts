import type { Edge, Limits } from '../domain/endpoint.ts';
import type { EndpointView, HealthEvent } from '../domain/health.ts';
import type { AttemptRecord, ExchangeRecord } from '../domain/ledger.ts';
import type { DisconnectSettings, Settings } from '../domain/settings.ts';
import type { ExchangeView } from '../domain/view.ts';

/** What is known of an endpoint that the exchange has asked. */
export interface EndpointEvidence {
  readonly id: string;
  /** As it is now; absent = the configuration no longer has it. */
  readonly view?: EndpointView;
  /** Upstream calls to it in the hour around the exchange, this exchange's own among them; any order. */
  readonly attempts: readonly AttemptRecord[];
  /** Ids of the exchanges among them that asked for the same model; absent = not known. */
  readonly sameModel?: ReadonlySet<string>;
  /** What its health went through around then; any order. */
  readonly events: readonly HealthEvent[];
}

/** An endpoint of the exchange's cluster, as configured now. */
export type ClusterEvidence = EndpointView & {
  readonly limits?: Limits;
  /** False: a call that is cut off there costs as much as a whole one. */
  readonly cancelStopsBilling?: boolean;
};

/** All that an explanation rests on. Gathered outside; what is missing is said to be unknown, never made up. */
export interface Evidence {
  readonly exchange: ExchangeRecord;
  readonly attempts: readonly AttemptRecord[];
  /** Present while it runs. */
  readonly running?: ExchangeView;
  readonly endpoints: readonly EndpointEvidence[];
  /** Endpoints of its cluster, as configured now. */
  readonly cluster: readonly ClusterEvidence[];
  /** Later exchanges of the same client, oldest first: among them those that asked again. */
  readonly later: readonly ExchangeRecord[];
  /** Exchanges of the hour around it that came in by the same listener and whose client left; any order. */
  readonly left: readonly ExchangeRecord[];
  readonly listener: {
    readonly name: string;
    readonly host?: string;
    readonly port?: number;
    readonly edge?: Edge;
  };
  readonly settings: Pick<Settings, 'queueMax' | 'routes'> & { readonly disconnect: DisconnectSettings };
}

/** Where "long" begins. Scaled timers scale them along. */
export interface ExplainRules {
  /** A request that took this long is slow. */
  readonly slowMs: number;
  /** An edge's cut has at least this much silence before it: connections break after less for other reasons. */
  readonly cutSilenceMs: number;
  /** Opening a connection is slow from here on, if it was a good part of the whole. */
  readonly connectSlowMs: number;
  /** Waiting for a slot, or between attempts, is worth a word from here on. */
  readonly waitedMs: number;
  /** A stream that paused for no longer than this was being written. */
  readonly pauseMs: number;
  /** Share by which silences may differ that one timer brought about; half a second and 5 % in any case. */
  readonly alikeShare: number;
  /** Timeouts alone mean "down" once nothing got through for this long. */
  readonly downMs: number;
  /** A repeat of the same request within this is the same client asking again. */
  readonly againMs: number;
}

export const EXPLAIN_RULES: ExplainRules = {
  slowMs: 10_000,
  cutSilenceMs: 10_000,
  connectSlowMs: 1_000,
  waitedMs: 1_000,
  pauseMs: 15_000,
  alikeShare: 0.1,
  downMs: 60_000,
  againMs: 15 * 60_000,
};
