import type { Clock } from '../platform/clock.ts';
import type { SimulatorScript } from './script.ts';

/** How a simulator is started. */
export interface SimulatorOptions {
  /** Default: 127.0.0.1. */
  host?: string;
  /** 0, the default, is any free one. */
  port?: number;
  /** The default script. */
  script?: SimulatorScript;
  /** Accepted credentials; absent = any. A wrong one is a 401. */
  keys?: readonly string[];
  /** Known models; absent = any. An unknown one is a 404. */
  models?: readonly string[];
  /** Default: the machine's. */
  clock?: Clock;
}

/** Generation calls and what became of them. */
export interface CallCounts {
  /** Every generation call that arrived whole, whatever became of it. */
  started: number;
  /** Ran to the end, whether or not anybody was left to read it. */
  finished: number;
  /** The client left before the end. */
  cancelled: number;
  /** Would be on the bill. */
  charged: number;
  /** Answered with an error, or with something that is no answer, and no generation began. */
  rejected: number;
}

/** One call as it arrived. */
export interface RecordedCall {
  method: string;
  /** Without the query. */
  path: string;
  /** `?a=b`, or empty. */
  query: string;
  headers: Record<string, string>;
  rawHeaders: string[];
  body: Buffer;
  /** The credential, from x-api-key or Bearer; empty where there was none. */
  key: string;
  /** Instant it had arrived whole, ms since the epoch. */
  at: number;
}

/** A running simulator. */
export interface Simulator {
  readonly url: string;
  readonly port: number;
  /** In all, or of one credential. */
  counts(key?: string): CallCounts;
  /** The last 1,000 calls of any kind, oldest first. */
  calls(): readonly RecordedCall[];
  /** Replaces the default script. Throws a TypeError on a bad one. */
  program(script: SimulatorScript): void;
  /** Scripts for the next generation calls, one each, before the default. Throws a TypeError on a bad one. */
  enqueue(...scripts: SimulatorScript[]): void;
  /** Back to the script it was started with; queue, counts and calls are emptied. */
  reset(): void;
  /** Destroys open sockets. */
  close(): Promise<void>;
}
