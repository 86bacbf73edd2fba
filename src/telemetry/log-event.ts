import type { ChargeRisk, FailureCause, Phase } from '../domain/outcome.ts';
import type { LogSettings } from '../domain/settings.ts';
import type { TimerName } from '../domain/timeouts.ts';
import type { Usage } from '../domain/usage.ts';
import type { ErrorCode } from '../errors/catalogue.ts';

export type LogLevel = LogSettings['level'];

/**
 * Everything the log can say. `id` is the request's; durations are in ms; details are one line, free of
 * secrets. A kind is never renamed: JSON readers know it. Undefined is the same as absent.
 */
export type LogEvent =
  | {
      readonly kind: 'request';
      readonly id: string;
      readonly method: string;
      readonly path: string;
      readonly model?: string | undefined;
      readonly client?: string;
    }
  | {
      readonly kind: 'picked';
      readonly id: string;
      readonly endpointId: string;
      readonly baseUrl: string;
      /** "priority 1", "session affinity": why this endpoint and no other. */
      readonly why: string;
    }
  | {
      readonly kind: 'retry';
      readonly id: string;
      /** The how-manieth retry, from 1, of at most `max`. */
      readonly n: number;
      readonly max: number;
      readonly endpointId: string;
      readonly baseUrl: string;
      readonly waitedMs: number;
    }
  | {
      readonly kind: 'attempt-failed';
      readonly id: string;
      readonly endpointId: string;
      readonly cause: FailureCause;
      readonly phase: Phase;
      readonly timer?: { readonly name: TimerName; readonly ms: number; readonly setBy: string };
      readonly status?: number;
      readonly detail: string;
      readonly afterMs: number;
      readonly silenceMs: number;
      readonly chargeRisk: ChargeRisk;
    }
  | {
      readonly kind: 'answered';
      readonly id: string;
      readonly status: number;
      readonly endpointId: string;
      readonly attempts: number;
      readonly durationMs: number;
      readonly firstByteMs?: number | undefined;
      readonly firstEventMs?: number | undefined;
      readonly usage?: Usage | undefined;
      readonly bytes: number;
    }
  | {
      readonly kind: 'gave-up';
      readonly id: string;
      readonly code: ErrorCode;
      readonly status: number;
      readonly attempts: number;
      readonly durationMs: number;
      readonly detail: string;
    }
  | {
      readonly kind: 'rejected';
      readonly id: string;
      readonly status: number;
      readonly endpointId: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'client-left';
      readonly id: string;
      readonly durationMs: number;
      readonly sentBytes: number;
    }
  | {
      readonly kind: 'broken';
      readonly id: string;
      readonly endpointId: string;
      readonly detail: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'joined';
      readonly id: string;
      readonly exchangeId: string;
      readonly how: 'live' | 'replay';
    }
  | {
      readonly kind: 'detached';
      readonly id: string;
      readonly fate: 'run-on' | 'grace' | 'cancel';
      readonly why: string;
    }
  | { readonly kind: 'undelivered'; readonly id: string; readonly why: string; readonly bytes: number }
  | { readonly kind: 'not-kept'; readonly id: string; readonly why: string; readonly bytes: number }
  | { readonly kind: 'verify-start'; readonly count: number }
  | { readonly kind: 'verified'; readonly endpointId: string; readonly tookMs: number }
  | {
      readonly kind: 'verify-failed';
      readonly endpointId: string;
      readonly detail: string;
      readonly nextCheckMs: number;
    }
  | { readonly kind: 'rate-limited'; readonly endpointId: string; readonly forMs: number }
  | {
      readonly kind: 'circuit-open';
      readonly endpointId: string;
      readonly failures: number;
      readonly detail: string;
    }
  | { readonly kind: 'recovered'; readonly endpointId: string }
  | { readonly kind: 'listening'; readonly address: string }
  | { readonly kind: 'reloaded'; readonly clusters: number; readonly endpoints: number }
  | { readonly kind: 'reload-failed'; readonly detail: string }
  /** Old requests were deleted from the ledger. */
  | { readonly kind: 'ledger-pruned'; readonly exchanges: number }
  | { readonly kind: 'draining'; readonly running: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'note'; readonly detail: string }
  /** Something beside the requests does not work, and they go on. */
  | { readonly kind: 'trouble'; readonly detail: string }
  | { readonly kind: 'internal'; readonly detail: string; readonly id?: string };

export type LogKind = LogEvent['kind'];

/** One kind of event. */
export type LogEventOf<K extends LogKind> = Extract<LogEvent, { readonly kind: K }>;

/** What each kind of event reads like: one catalogue per language. */
export type LineCatalogue = { readonly [K in LogKind]: (event: LogEventOf<K>) => string };

/** How loud each kind is: fixed, so that a level filter means the same everywhere. */
export const LEVEL_OF: Readonly<Record<LogKind, LogLevel>> = {
  request: 'info',
  picked: 'info',
  retry: 'warn',
  'attempt-failed': 'warn',
  answered: 'info',
  'gave-up': 'error',
  rejected: 'info',
  'client-left': 'info',
  joined: 'info',
  detached: 'info',
  undelivered: 'warn',
  'not-kept': 'warn',
  broken: 'error',
  'verify-start': 'info',
  verified: 'info',
  'verify-failed': 'warn',
  'rate-limited': 'warn',
  'circuit-open': 'warn',
  recovered: 'info',
  listening: 'info',
  reloaded: 'info',
  'reload-failed': 'error',
  'ledger-pruned': 'info',
  draining: 'info',
  stopped: 'info',
  note: 'info',
  trouble: 'warn',
  internal: 'error',
};

/** Levels as numbers, to compare them. */
export const LEVEL_RANK: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 };
