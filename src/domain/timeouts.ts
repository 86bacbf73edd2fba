/** The named sets of timeouts. */
export type ScenarioName = 'quick' | 'chat' | 'reasoning' | 'generation';

export const SCENARIO_NAMES: readonly ScenarioName[] = ['quick', 'chat', 'reasoning', 'generation'];

/** The timers, inner to outer. `total` bounds the exchange, the others one attempt. */
export type TimerName = 'connect' | 'first_byte' | 'idle' | 'total';

/** One set of timeouts, as a scenario, a route or an endpoint gives it. Absent = not said here. */
export interface Timeouts {
  readonly connectMs?: number;
  readonly firstByteMs?: number;
  readonly idleMs?: number;
  readonly totalMs?: number;
}

/** What the scenarios say where nobody says otherwise. */
export const BUILT_IN_SCENARIOS: Readonly<Record<ScenarioName, Required<Timeouts>>> = {
  quick: { connectMs: 10_000, firstByteMs: 30_000, idleMs: 60_000, totalMs: 300_000 },
  chat: { connectMs: 10_000, firstByteMs: 60_000, idleMs: 60_000, totalMs: 300_000 },
  reasoning: { connectMs: 10_000, firstByteMs: 120_000, idleMs: 60_000, totalMs: 600_000 },
  generation: { connectMs: 10_000, firstByteMs: 180_000, idleMs: 60_000, totalMs: 900_000 },
};

/** A timeout in force, with whose setting it is: "scenario chat", "endpoint jp", "header x-qcc-timeout". */
export interface Limit {
  readonly ms: number;
  readonly setBy: string;
}

/** The timers of one attempt, resolved. Absent = that timer does not run. All travel as one value. */
export interface AttemptTimers {
  readonly connect: Limit;
  readonly firstByte?: Limit | undefined;
  readonly idle: Limit;
  /** The exchange's deadline, as what is left of it when the attempt starts. */
  readonly total: Limit;
}
