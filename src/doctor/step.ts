import type { CheckName, CheckupOptions, Problem } from '../domain/checkup.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { OpenOwnCall } from '../domain/own-call.ts';
import type { Settings } from '../domain/settings.ts';
import type { Language } from '../errors/catalogue.ts';
import type { Clock } from '../platform/clock.ts';
import type { Asker } from './ask.ts';
import type { Talk } from './talked.ts';
import type { Say } from './texts.ts';

/** What the doctor works with. */
export interface CheckupPorts {
  readonly clock: Clock;
  random(): number;
  readonly language: Language;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings: Settings;
  /** List price of a model's answers, in micro-USD per million tokens; undefined: unknown. */
  outputPriceOf(model: string): number | undefined;
  /** Puts calls that may cost on the ledger; absent: nobody keeps one. */
  readonly ownCall?: OpenOwnCall;
}

/** What earlier steps have learned, for later ones. */
export interface Learned {
  tcpMedianMs?: number;
  roundTripMs?: number;
  /** Heads and bodies of what the endpoint answered, for marks of whoever stands in front. */
  readonly answers: { readonly headers: Readonly<Record<string, string>>; readonly text: string }[];
  /** Names at `/v1/models`, where it answers. */
  models?: readonly string[];
  talk?: Talk;
}

/** One endpoint being looked at. */
export interface Visit {
  readonly ports: CheckupPorts;
  readonly endpoint: Endpoint;
  /** Without brackets around IPv6. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly options: CheckupOptions;
  readonly signal: AbortSignal;
  readonly say: Say;
  readonly asker: Asker;
  readonly learned: Learned;
}

/** A problem, apart from where it was found. */
export type Complaint = Omit<Problem, 'check' | 'endpointId'>;

/** What a step found. A `bad` one ends the steps that need it. */
export interface Finding {
  readonly status: 'ok' | 'warning' | 'bad' | 'skipped';
  readonly summary: string;
  readonly details?: readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
  readonly complaints?: readonly Complaint[];
}

/** One step: it measures, and has a pure function judge what was measured. */
export interface Step {
  readonly name: CheckName;
  /** Steps that must not have gone wrong. */
  readonly needs: readonly CheckName[];
  look(visit: Visit): Promise<Finding>;
  /** What is said as it begins, where its name alone does not say enough. */
  began?(visit: Visit): string;
}

/** The finding that goes with complaints: as bad as the worst of them. */
export function withComplaints(
  complaints: readonly Complaint[],
  finding: Omit<Finding, 'status' | 'complaints'>,
): Finding {
  const bad = complaints.some(({ severity }) => severity === 'bad');
  return { status: bad ? 'bad' : complaints.length > 0 ? 'warning' : 'ok', complaints, ...finding };
}

export const skipped = (summary: string): Finding => ({ status: 'skipped', summary });
