type Headers = Readonly<Record<string, string | undefined>>;

/** No limit of a vendor resets later; what says so (an epoch where seconds belong) says nothing. */
const LONGEST_MS = 31 * 24 * 3_600_000;
/** Longer values are no time of any format. */
const MOST_CHARACTERS = 64;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const sane = (ms: number): number | undefined => (ms >= 0 && ms <= LONGEST_MS ? ms : undefined);

function decimal(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` and the two obsolete forms (RFC 9110, 5.6.7), all of them UTC. */
function httpDate(text: string): number | undefined {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [\w :-]+$/.test(text)) return undefined;
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : at;
}

/** `1s`, `6m0s`, `1h2m3.5s`, `120ms`; a bare number is seconds. */
function durationMs(text: string): number | undefined {
  const seconds = decimal(text);
  if (seconds !== undefined) return seconds * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * UNIT_MS[unit!]!;
  }
  return total;
}

/** `2026-11-21T10:00:00Z`. */
function timestamp(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

function header(headers: Headers, name: string): string | undefined {
  const value = headers[name]?.trim();
  return value === undefined || value === '' || value.length > MOST_CHARACTERS ? undefined : value;
}

function readMs<T>(text: string | undefined, read: (text: string) => T | undefined): T | undefined {
  return text === undefined ? undefined : read(text);
}

function retryAfterMs(headers: Headers, now: number): number | undefined {
  const ms = readMs(header(headers, 'retry-after-ms'), decimal);
  if (ms !== undefined && sane(ms) !== undefined) return ms;
  const text = header(headers, 'retry-after');
  const seconds = readMs(text, decimal);
  if (seconds !== undefined) return sane(seconds * 1000);
  const at = readMs(text, httpDate);
  return at === undefined ? undefined : sane(at - now);
}

const ANTHROPIC_LIMITS = ['requests', 'tokens', 'input-tokens', 'output-tokens'];
const OPENAI_LIMITS = ['requests', 'tokens'];

/** A request has to fit all limits, so of several exhausted ones the last to reset counts. */
function latest(found: readonly (number | undefined)[]): number | undefined {
  const known = found.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function anthropicResets(headers: Headers, now: number): (number | undefined)[] {
  return ANTHROPIC_LIMITS.map((limit) => {
    if (Number(header(headers, `anthropic-ratelimit-${limit}-remaining`)) !== 0) return undefined;
    const at = readMs(header(headers, `anthropic-ratelimit-${limit}-reset`), timestamp);
    return at === undefined ? undefined : sane(at - now);
  });
}

function openaiResets(headers: Headers): (number | undefined)[] {
  return OPENAI_LIMITS.map((limit) => {
    if (Number(header(headers, `x-ratelimit-remaining-${limit}`) ?? 0) !== 0) return undefined;
    const ms = readMs(header(headers, `x-ratelimit-reset-${limit}`), durationMs);
    return ms === undefined ? undefined : sane(ms);
  });
}

/**
 * How long an upstream asks to be left alone, in ms from `now`: `retry-after-ms`, else `retry-after` (seconds or
 * an HTTP date), else the last reset among `anthropic-ratelimit-*-reset` and `x-ratelimit-reset-*` whose limit is
 * used up (an OpenAI-style reset without its `-remaining-` counts as used up). Header names in lower case.
 * Negative, malformed and absurd values (over 31 days) are ignored.
 */
export function parseRetryAfter(headers: Headers, now: number): number | undefined {
  return retryAfterMs(headers, now) ?? latest([...anthropicResets(headers, now), ...openaiResets(headers)]);
}
