/** What a message is about, with the facts it tells. Amounts in micro-USD, spans in ms. */
export type AlertTopic =
  | {
      readonly kind: 'endpoint_down';
      readonly endpointId: string;
      readonly endpoint: string;
      /** Its last error, free of secrets. */
      readonly detail?: string;
      /** It went up and down: nothing more is told of it for a while. */
      readonly flaps: boolean;
    }
  | { readonly kind: 'endpoint_recovered'; readonly endpointId: string; readonly endpoint: string }
  | {
      readonly kind: 'cluster_down';
      readonly cluster: string;
      readonly endpoints: number;
      readonly flaps: boolean;
    }
  | {
      readonly kind: 'edge_learned';
      readonly endpointId: string;
      readonly endpoint: string;
      readonly silenceMs: number;
    }
  | {
      readonly kind: 'money_lost_over';
      readonly lostMicroUsd: number;
      readonly lostCalls: number;
      readonly overMicroUsd: number;
      readonly windowMs: number;
    }
  | {
      readonly kind: 'slow_over';
      readonly exchangeId: string;
      readonly durationMs: number;
      readonly overMs: number;
      readonly endpoint?: string;
      readonly model?: string;
      /** Others that were slow there since the last message. */
      readonly others: number;
    }
  | {
      readonly kind: 'error_rate_over';
      readonly requests: number;
      readonly failed: number;
      readonly over: number;
      readonly windowMs: number;
      /** The most frequent one. */
      readonly cause?: string;
    }
  | { readonly kind: 'test' };

/** `notice`: something that has no end. */
export type AlertState = 'raised' | 'reminder' | 'recovered' | 'notice' | 'test';

export interface AlertMessage {
  readonly topic: AlertTopic;
  readonly state: AlertState;
  readonly at: number;
  readonly since: number;
}
