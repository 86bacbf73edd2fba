import type * as Zod from 'zod';
import { DISCONNECT_POLICIES, EDGES } from './defaults.ts';
import {
  AGE_EXPECTED,
  AGE_PATTERN,
  ageMs,
  DURATION_EXPECTED,
  DURATION_PATTERN,
  durationMs,
  LONGEST_MS,
  SIZE_EXPECTED,
  SIZE_PATTERN,
  sizeBytes,
  sizeText,
} from './quantity.ts';
import { maskSecrets } from './redact.ts';
import type { Resolve } from './reference.ts';

/** zod, handed in: it costs 61 ms to load, which `qcc --help` must not pay. */
export type Z = typeof Zod.z;

/** Bounds that only keep out nonsense. */
export const MANY = 1_000_000;
export const GIB = 2 ** 30;

/** Text that may stand in a header. Anything else could smuggle a header in, and undici would throw later. */
export const headerTextProblem = (value: string): string | undefined =>
  /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
    ? undefined
    : 'expected text that may stand in an HTTP header, found a line break or another character that may not';

/** A hundred years. */
const LONGEST_AGE_MS = 36_500 * 86_400_000;

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/**
 * The pieces every section is made of. Throughout, `error` holds the expected half of a message
 * ("a duration such as …"); what was found is added where the position is. Only custom issues are whole sentences.
 */
export function createParts(z: Z, resolve: Resolve) {
  const text = (error: string) => z.string({ error }).min(1, { error });

  const whole = ({ min, max }: Bounds) => {
    const error = `a whole number from ${min} to ${max}`;
    return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
  };

  const flag = () => z.boolean({ error: 'true or false' });

  const oneOf = <const T extends string>(words: readonly T[]) =>
    z.enum(words as readonly [T, ...T[]], { error: `one of ${words.join(', ')}` });

  /** Only the keys in `shape`; what an unknown key is told comes from the shape's own keys. */
  const mapping = <S extends Zod.z.ZodRawShape>(shape: S) =>
    z.strictObject(shape, {
      error: (issue) =>
        issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : 'a mapping (key: value)',
    });

  const listOf = <T extends Zod.z.ZodType>(item: T, what: string) =>
    z.array(item, { error: `a list of ${what}` });

  const oneOrMore = <T extends Zod.z.ZodType>(item: T, what: string) => {
    const error = `${what}, or a list of them`;
    return z
      .union([item, z.array(item, { error }).min(1, { error })], { error })
      .transform((value) => [value].flat());
  };

  /** A number or text that `read` turns into a whole number of its unit. */
  function quantity(
    read: typeof durationMs,
    pattern: RegExp,
    error: string,
    { min, max }: Bounds,
    range: string,
  ) {
    const input = z.union([z.number({ error }), z.string({ error }).regex(pattern, { error })], { error });
    return input.transform((value, context) => {
      const amount = read(value);
      if (amount !== undefined && amount >= min && amount <= max) return amount;
      const message = `expected ${amount === undefined ? error : range}, found ${maskSecrets(JSON.stringify(value))}`;
      context.issues.push({ code: 'custom', params: { whole: true }, message, input: value });
      return z.NEVER;
    });
  }

  const duration = (minMs = 1) =>
    quantity(
      durationMs,
      DURATION_PATTERN,
      DURATION_EXPECTED,
      { min: minMs, max: LONGEST_MS },
      `a duration from ${minMs}ms to ${LONGEST_MS / 3_600_000}h`,
    );

  const age = () =>
    quantity(
      ageMs,
      AGE_PATTERN,
      AGE_EXPECTED,
      { min: 3_600_000, max: LONGEST_AGE_MS },
      'an age from 1h to 36500d',
    );

  const size = (bounds: Bounds) =>
    quantity(
      sizeBytes,
      SIZE_PATTERN,
      SIZE_EXPECTED,
      bounds,
      `a size from ${sizeText(bounds.min)} to ${sizeText(bounds.max)}`,
    );

  /** A text in which references are resolved and which then has to please `problem`. */
  const resolved = (error: string, problem: (value: string) => string | undefined) =>
    z.string({ error }).transform((value, context) => {
      const found = resolve(value);
      const message = found.ok ? problem(found.value) : found.error;
      if (found.ok && message === undefined) return found.value;
      context.issues.push({ code: 'custom', params: { whole: true }, message: message ?? '', input: value });
      return z.NEVER;
    });

  return { text, whole, flag, oneOf, mapping, listOf, oneOrMore, duration, age, size, resolved };
}

export type Parts = ReturnType<typeof createParts>;

/** The four timers, none of which has to be said. */
export function timeouts({ mapping, duration }: Parts) {
  return mapping({
    connect: duration()
      .meta({ description: 'Longest time until the connection stands, TLS included.' })
      .optional(),
    first_byte: duration().meta({ description: 'Longest wait for the first byte of an answer.' }).optional(),
    idle: duration()
      .meta({ description: 'Longest silence after the first byte; any byte resets it.' })
      .optional(),
    total: duration()
      .meta({ description: 'Longest time of the whole exchange, over all its attempts.' })
      .optional(),
  });
}

/** What stands in front of something: a well-known edge by its name, or its limits. */
export function edge(z: Z, { mapping, oneOf, duration }: Parts) {
  const names = Object.keys(EDGES) as (keyof typeof EDGES)[];
  const limits = mapping({
    silence: duration().meta({ description: 'Longest silence it allows.' }).optional(),
    total: duration().meta({ description: 'Longest answer it allows, whatever flows.' }).optional(),
  });
  const byName = oneOf(names).transform((name) => {
    const { silence }: { silence?: string } = EDGES[name];
    return { silence: silence === undefined ? undefined : durationMs(silence), total: undefined };
  });
  return z.union([byName, limits], { error: `one of ${names.join(', ')}, or {silence, total}` });
}

/** What becomes of an exchange whose client goes. */
export const onDisconnect = ({ oneOf }: Parts) => oneOf(DISCONNECT_POLICIES);
