import type { Protocol } from '../domain/protocol.ts';
import type { Heard } from './heard.ts';

/** A conversation that was tried, and what became of it. */
export interface Talk {
  readonly protocol: Protocol;
  /** As a client would ask for it. */
  readonly model: string;
  /** As the endpoint was asked, after its `models`. */
  readonly sentModel: string;
  readonly code: string;
  readonly heard: Heard;
  /** What the answer's text says; absent where the body is no answer of this protocol. */
  readonly text?: string;
  /** What the body is, where it is no answer. */
  readonly notAnswer?: string;
  /** Protocols whose path is not served, tried before this one. */
  readonly notServed: readonly Protocol[];
}
