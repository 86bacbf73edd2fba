import type { Endpoint } from '../domain/endpoint.ts';
import type { Operation, Protocol } from '../domain/protocol.ts';
import type { Expectation } from './predict/expectation.ts';

/** What a choice depends on, besides the fleet's state. */
export interface ChooseRequest {
  readonly cluster: string;
  readonly protocol: Protocol;
  readonly operation: Operation;
  /** Affinity key: requests of one session go to one endpoint, so that prompt caches stay warm. */
  readonly session?: string | undefined;
  /** Ids of the endpoints attempted in this exchange, in order, repeats included. */
  readonly tried: readonly string[];
  /** Ids never to be used again in this exchange, e.g. since their key was refused. */
  readonly banned?: readonly string[];
  /**
   * What the answer is expected to be like at an endpoint; asked only of those that are known to cut. Absent, or
   * undefined for an endpoint: it is not asked what its edge allows.
   */
  readonly expect?: ((endpoint: Endpoint) => Expectation | undefined) | undefined;
}

/**
 * Why an endpoint was chosen: the strategy's own name, or `session` (affinity), `unmeasured` (`fastest` knows
 * nothing of it yet), `longest-edge` (all are expected to cut the answer; it last), `only-one-left` (no other as good), `tried-again` (all usable ones were tried already;
 * least often, then longest ago), `least-bad` (all are out of service).
 */
export type ChoiceReason =
  | 'priority'
  | 'weighted'
  | 'round_robin'
  | 'random'
  | 'least_connections'
  | 'fastest'
  | 'session'
  | 'unmeasured'
  | 'longest-edge'
  | 'only-one-left'
  | 'tried-again'
  | 'least-bad';

export interface ChosenEndpoint {
  readonly kind: 'endpoint';
  readonly endpoint: Endpoint;
  readonly why: ChoiceReason;
  /** Panic mode: chosen although its circuit is not closed or it is cooling. */
  readonly outOfService: boolean;
  /** Chosen although it is expected to cut the answer: nothing better is to be had. */
  readonly edgeIgnored: boolean;
  /**
   * The decision in a line, for a header and the log: `priority`, or what edges had to do with it, such as
   * `edge: main (100s) skipped, silence p95 142s measured n=12`. Printable ASCII, at most 200 characters.
   */
  readonly route: string;
}

/** Where the next attempt goes, or why it can't go anywhere yet. */
export type Choice =
  | ChosenEndpoint
  | {
      readonly kind: 'full';
      /** Ms until a rate window opens; Infinity where only a freed slot helps. */
      readonly soonestMs: number;
      /** How many endpoints are at their limits and would serve the request but for them. */
      readonly waiting: number;
    }
  /** No enabled endpoint of the cluster speaks the protocol, or each that does is banned. */
  | { readonly kind: 'none' };
