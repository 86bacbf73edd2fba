import type { Body } from './body.ts';
import type { Operation, Protocol } from './protocol.ts';
import type { ScenarioName } from './timeouts.ts';

/** A request as it was accepted: whole body in memory, so that it can be sent more than once. */
export interface ClientRequest {
  readonly id: string;
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** `?a=b`, or empty. */
  readonly query: string;
  /** As Node gives them: names lower case, duplicates joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name, value, name, value… in the client's own spelling and order. */
  readonly rawHeaders: readonly string[];
  /** As it came, undone of its `content-encoding`. */
  readonly body: Body;
  readonly receivedAt: number;
  readonly listener: string;
  readonly client: ClientIdentity;
}

/** Who asks. */
export interface ClientIdentity {
  /** Name of the local key, or `local` where none are configured. */
  readonly name: string;
  /** First 16 hex digits of the SHA-256 of the credential presented; empty where none was. */
  readonly credential: string;
}

/** What a request's body says, read without parsing it whole. */
export interface BodyFacts {
  readonly model?: string;
  readonly stream: boolean;
  readonly maxTokens?: number;
  /** Thinking or a reasoning effort was asked for. */
  readonly thinking: boolean;
  readonly effort?: string;
  /** What keeps one conversation together, for session affinity: metadata.user_id, prompt_cache_key. */
  readonly session?: string;
}

/** A request, understood. */
export interface IdentifiedRequest extends ClientRequest, BodyFacts {
  readonly protocol: Protocol;
  readonly operation: Operation;
  /** Responses only: the vendor makes the answer in the background and is polled for it. */
  readonly background: boolean;
  /** `x-qcc-scenario`. */
  readonly askedScenario?: ScenarioName;
  /** `x-qcc-timeout`, ms. */
  readonly askedTimeoutMs?: number;
  /** `idempotency-key`. */
  readonly idempotencyKey?: string;
  /** False: `x-qcc-resume: never`. The exchange is neither joined nor left to others to join. */
  readonly resumable: boolean;
  /** `prefer: respond-async` (RFC 7240): a ticket instead of an answer. */
  readonly async: boolean;
  /** How long the client will wait (`x-stainless-timeout`), ms. */
  readonly clientPatienceMs?: number;
}
