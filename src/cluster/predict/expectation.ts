/** Calls that are expected to be alike. */
export interface PredictKey {
  readonly endpointId: string;
  readonly model: string;
  /** As asked; empty = none, `thinking` where only thinking was asked for. */
  readonly effort: string;
  /** Whether the call is streamed upstream. */
  readonly stream: boolean;
  /** See `sizeClassOf`. */
  readonly sizeClass: number;
}

/** What one call was like. */
export interface PredictSample {
  /** Absent = no event came. */
  readonly firstEventMs?: number | undefined;
  readonly longestSilenceMs: number;
  readonly totalMs: number;
  /** The call was cut short: the true values are at least these. */
  readonly censored?: boolean;
}

/** What a call is expected to be like: the 95th percentile of each time. */
export interface Expectation {
  readonly firstEventMs: number;
  readonly silenceMs: number;
  readonly totalMs: number;
  /**
   * `measured`: calls like it at this endpoint. `other-endpoints`: calls of the same model elsewhere, or with at
   * least the same effort. `prior`: rules of thumb.
   */
  readonly basis: 'measured' | 'other-endpoints' | 'prior';
  /** Calls it rests on, those of long ago counted in part; 0 for a prior. */
  readonly samples: number;
}
