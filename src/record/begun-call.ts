/** What is known of an upstream call as it begins. */
export interface BegunCall {
  /** What chose the endpoint. */
  readonly why: string;
  /** The upstream is asked for a stream. */
  readonly streamed: boolean;
  /** What the exchange waited for since its last attempt: a slot, the pause between two attempts. */
  readonly queuedMs: number;
  readonly backoffMs: number;
}
