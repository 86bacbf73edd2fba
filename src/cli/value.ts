import { STRATEGIES } from '../domain/endpoint.ts';
import type { LedgerGrouping } from '../domain/ledger.ts';
import { PROTOCOLS } from '../domain/protocol.ts';
import type { OptionSpec, ValueKind } from './given.ts';
import type { LogLevel } from './ports.ts';
import type { Screen } from './screen.ts';
import { sinceOf } from './since.ts';

/** A mistake on the command line, in the user's words; ends the command with 2. */
export class UsageMistake extends Error {}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const GROUPINGS: readonly LedgerGrouping[] = ['model', 'endpoint', 'client', 'day'];
const HIGHEST_PORT = 65_535;

/** Checks an option's value; throws a UsageMistake, since commander's parsers can't fail otherwise. */
export function checkValue(screen: Screen, { flags, kind }: OptionSpec, value: string): string {
  const expected = kind && expectation(screen, kind, value);
  if (expected === undefined) return value;
  const option = /--[a-z-]+/.exec(flags)?.[0] ?? flags;
  // A header may hold a secret.
  const shown = kind === 'pair' ? '…' : value;
  throw new UsageMistake(screen.text('badValue', { option, value: shown, expected }));
}

/** What was expected instead; undefined = the value is fine. */
function expectation(screen: Screen, kind: ValueKind, value: string): string | undefined {
  const oneOf = (names: readonly string[]): string | undefined =>
    names.includes(value) ? undefined : screen.text('expectedOneOf', { names: names.join(', ') });
  switch (kind) {
    case 'port':
      return isWhole(value, 0, HIGHEST_PORT) ? undefined : screen.text('expectedPort');
    case 'count':
      return isWhole(value, 1) ? undefined : screen.text('expectedCount');
    case 'quantity':
      return isWhole(value, 0) ? undefined : screen.text('expectedQuantity');
    case 'level':
      return oneOf(LEVELS);
    case 'strategy':
      return oneOf(STRATEGIES);
    case 'protocol':
      return oneOf(PROTOCOLS);
    case 'grouping':
      return oneOf(GROUPINGS);
    case 'since':
      return sinceOf(value, Date.now()) === undefined ? screen.text('expectedSince') : undefined;
    case 'seconds':
      return /^\d{1,7}(\.\d{1,3})?$/.test(value) ? undefined : screen.text('expectedSeconds');
    case 'duration':
      return durationOf(value) === undefined ? screen.text('expectedDuration') : undefined;
    case 'pair':
      return /^[^=]+=/.test(value) ? undefined : screen.text('expectedPair');
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
const LONGEST_MS = 3_600_000;

/** `130` (seconds), `130s`, `5m`, `500ms` in whole ms, from 100 ms to an hour; undefined for anything else. */
export function durationOf(text: string): number | undefined {
  const [, number, unit = 's'] = /^(\d{1,7}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(text) ?? [];
  const ms = Math.round(Number(number) * (UNIT_MS[unit] ?? 0));
  return ms >= 100 && ms <= LONGEST_MS ? ms : undefined;
}

const HIGHEST_COUNT = 1_000_000;

function isWhole(text: string, least: number, most = HIGHEST_COUNT): boolean {
  return /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most;
}
