import type { ConfigChange } from '../../config/config.ts';
import type { Settings } from '../../domain/settings.ts';
import { SCENARIO_NAMES } from '../../domain/timeouts.ts';
import { type Call, evidenceOf, groupBy, lostIn } from './calls.ts';
import type { Advice } from './finding.ts';

/** The record's words for a timer of ours that fired. */
const FIRED = /^timer first_byte: (\d+) ms, set by (.+)$/;
/** Once may be an accident. */
const FIRINGS = 2;
/** Room above the longest wait that was worth it, and the step it is rounded up to. */
const ROOM = 1.25;
const STEP_MS = 10_000;

interface Firing {
  readonly ms: number;
  readonly setBy: string;
}

function firingOf({ attempt }: Call): Firing | undefined {
  const [, ms, setBy] =
    (attempt.result === 'timeout' && FIRED.exec(attempt.detail ?? '')) || ([] as string[]);
  return ms === undefined || setBy === undefined ? undefined : { ms: Number(ms), setBy };
}

/** Advice where our own timer ended calls, while others of the same model got their first byte after longer. */
export function adviceOnFirstBytes(calls: readonly Call[], settings: Settings): readonly Advice[] {
  const fired = groupBy(calls, (call) => {
    const firing = firingOf(call);
    const { endpointId } = call.attempt;
    return firing && JSON.stringify([firing.setBy, firing.setBy.startsWith('endpoint ') ? endpointId : '']);
  });
  return [...fired.values()].flatMap((group) => {
    const { setBy } = firingOf(group[0]!)!;
    const waits = group.map((call) => firingOf(call)!.ms);
    const models = new Set(group.map(({ exchange }) => exchange.model));
    const worthIt = calls.filter(
      ({ exchange, attempt }) =>
        models.has(exchange.model) &&
        attempt.result === 'answered' &&
        (attempt.firstByteMs ?? 0) > Math.max(...waits),
    );
    if (group.length < FIRINGS || worthIt.length === 0) return [];
    const longestMs = Math.max(...worthIt.map(({ attempt }) => attempt.firstByteMs ?? 0));
    const wantedMs = Math.ceil((longestMs * ROOM) / STEP_MS) * STEP_MS;
    const change = changeFor(setBy, group[0]!, `${wantedMs / 1_000}s`, settings);
    if (change === undefined || wantedMs >= totalOf(group[0]!, settings)) return [];
    return [
      {
        kind: 'first-byte',
        about: { setBy, timerMs: Math.max(...waits), longer: worthIt.length, longestMs },
        evidence: evidenceOf(group, (call) => firingOf(call)!.ms),
        lost: lostIn(group),
        change,
      } as const,
    ];
  });
}

/** The exchange ends then in any case. */
function totalOf({ exchange }: Call, { scenarios, timeouts }: Settings): number {
  return Math.min(
    scenarios[exchange.scenario].totalMs ?? Number.POSITIVE_INFINITY,
    timeouts.totalMs ?? Number.POSITIVE_INFINITY,
  );
}

/** Whose setting it is, by the words of the plan; a client's own header is not ours to change. */
function changeFor(
  setBy: string,
  { attempt }: Call,
  value: string,
  { routes }: Settings,
): ConfigChange | undefined {
  if (setBy === 'timeouts') return { kind: 'value', path: ['timeouts', 'first_byte'], value };
  if (setBy.startsWith('endpoint ')) return { kind: 'endpoint-first-byte', id: attempt.endpointId, value };
  const scenario = SCENARIO_NAMES.find((name) => setBy === `scenario ${name}`);
  if (scenario) return { kind: 'value', path: ['scenarios', scenario, 'first_byte'], value };
  const index = routes.findIndex(({ name }) => setBy === `route ${name}`);
  return index < 0 ? undefined : { kind: 'value', path: ['routes', index, 'timeouts', 'first_byte'], value };
}
