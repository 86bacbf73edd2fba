import { fail, ok, type Result } from '../domain/result.ts';

/** An edge (CDN, proxy) in front of the simulated model. */
export interface SimulatorEdge {
  /** Cuts after this long without a body byte. */
  silenceMs: number;
  /** Cuts after this long in all, even while data flows. */
  totalMs?: number;
  /** Whose pages and habits: 524 and held-back headers, or 504. Default: cloudflare. */
  kind?: 'cloudflare' | 'nginx';
}

/** What the upstream does with one call. Every key is optional; docs/simulator.md explains each. */
export interface SimulatorScript {
  /** Answer with this HTTP status and the protocol's error body instead of an answer. */
  status?: number;
  /** Shape of that error, or of the edge's page; with status 200 (or none): an HTML or an empty 200. */
  body?: 'json' | 'html' | 'cloudflare-json' | 'empty';
  /** `retry-after` of the error: seconds, or an HTTP date. */
  retryAfter?: number | string;
  /** Delay before the response head. */
  firstByteMs?: number;
  /** Delay between the head (with its opening event) and the first content event. */
  firstEventMs?: number;
  /** Pause between pings while the first content event is waited for. */
  pingMs?: number;
  /** Delay between content events. */
  eventMs?: number;
  /** Number of text events. */
  events?: number;
  /** Bytes of text in each. */
  eventBytes?: number;
  /** The exact text to answer. */
  text?: string;
  /** Answer a request for a verification code with another code. */
  wrongCode?: boolean;
  /** Include a thinking block. */
  thinking?: boolean;
  /** Include a tool call. */
  toolUse?: boolean;
  /** Destroy the socket at this point. */
  reset?: 'before-head' | 'after-head' | number;
  /** End cleanly after n content events, without the end mark. */
  truncate?: number;
  /** Fall silent for ever at this point. */
  hang?: 'before-head' | 'after-head' | number;
  /** Send an error event at this point, then end. */
  errorEvent?: 'before-content' | number;
  /** An edge in front that cuts while the generation goes on. */
  edge?: SimulatorEdge;
  /** Compress JSON answers where the client accepts gzip. */
  gzip?: boolean;
  /** count_tokens is a 404. */
  missingCountTokens?: boolean;
  /** End a chat stream without `[DONE]`. */
  noDone?: boolean;
  /** Close the connection after it was idle this long. */
  keepAliveMs?: number;
}

/** Why a script was refused: `key` is the offending key, dotted inside `edge`. */
export interface ScriptError {
  readonly key: string;
  readonly message: string;
}

/** What a key may hold. */
interface Rule {
  /** In words, for messages and docs. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** Kept as text in the short form. */
  readonly raw?: true;
}

const DAY_MS = 86_400_000;
const MAX_EVENTS = 1_000_000;
const MAX_EVENT_BYTES = 1_048_576;
/** The whole answer is held in memory once. */
const MAX_ANSWER_BYTES = 64 * 1_048_576;
const MAX_TEXT_CHARACTERS = 16 * 1_048_576;

const isCount = (value: unknown, min: number, max: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;

const ms = (min = 0): Rule => ({
  expected: min === 0 ? 'milliseconds, 0 to one day' : `milliseconds, ${min} to one day`,
  accepts: (value) => isCount(value, min, DAY_MS),
});
const flag: Rule = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
const oneOf = (...words: string[]): Rule => ({
  expected: words.map((word) => `"${word}"`).join(', '),
  accepts: (value) => words.includes(value as string),
});
const count = (min: number, max: number): Rule => ({
  expected: `a whole number, ${min} to ${max}`,
  accepts: (value) => isCount(value, min, max),
});
const point = (...words: string[]): Rule => ({
  expected: `${words.map((word) => `"${word}"`).join(', ')} or a number of content events`,
  accepts: (value) => words.includes(value as string) || isCount(value, 0, MAX_EVENTS),
});

const EDGE_KEYS: Readonly<Record<keyof SimulatorEdge, Rule>> = {
  silenceMs: ms(1),
  totalMs: ms(1),
  kind: oneOf('cloudflare', 'nginx'),
};

/** Every key a script may have, with what it may hold. */
export const SCRIPT_KEYS: Readonly<Record<keyof SimulatorScript, Rule>> = {
  status: {
    expected: '200, or 400 to 599',
    accepts: (value) => value === 200 || isCount(value, 400, 599),
  },
  body: oneOf('json', 'html', 'cloudflare-json', 'empty'),
  retryAfter: {
    expected: 'seconds, or an HTTP date',
    accepts: (value) =>
      typeof value === 'string' ? /^[\x20-\x7e]{1,64}$/.test(value) : isCount(value, 0, DAY_MS),
  },
  firstByteMs: ms(),
  firstEventMs: ms(),
  pingMs: ms(1),
  eventMs: ms(),
  events: count(0, MAX_EVENTS),
  eventBytes: count(1, MAX_EVENT_BYTES),
  text: {
    expected: 'a text',
    accepts: (value) => typeof value === 'string' && value.length <= MAX_TEXT_CHARACTERS,
    raw: true,
  },
  wrongCode: flag,
  thinking: flag,
  toolUse: flag,
  reset: point('before-head', 'after-head'),
  truncate: count(0, MAX_EVENTS),
  hang: point('before-head', 'after-head'),
  errorEvent: point('before-content'),
  edge: { expected: 'an object with silenceMs, totalMs, kind', accepts: isRecord },
  gzip: flag,
  missingCountTokens: flag,
  noDone: flag,
  keepAliveMs: ms(),
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkKeys(
  value: Record<string, unknown>,
  rules: Readonly<Record<string, Rule>>,
  prefix: string,
): ScriptError | undefined {
  for (const [name, held] of Object.entries(value)) {
    const key = prefix + name;
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) {
      const known = Object.keys(rules).join(', ');
      return { key, message: `unknown key "${key.slice(0, 60)}"; known: ${known}` };
    }
    if (!rule.accepts(held)) return { key, message: `"${key}" must be ${rule.expected}` };
  }
  return undefined;
}

function checkTogether(script: SimulatorScript): ScriptError | undefined {
  if (script.edge !== undefined) {
    const problem = checkKeys({ ...script.edge }, EDGE_KEYS, 'edge.');
    if (problem !== undefined) return problem;
    if (script.edge.silenceMs === undefined) {
      return { key: 'edge.silenceMs', message: '"edge.silenceMs" is missing' };
    }
  }
  if (script.body === 'cloudflare-json' && script.status === 200) {
    return { key: 'body', message: '"body" can be "cloudflare-json" only with an error status or an edge' };
  }
  if ((script.events ?? 1) * (script.eventBytes ?? 1) > MAX_ANSWER_BYTES) {
    return { key: 'eventBytes', message: '"events" times "eventBytes" must stay within 64 MiB' };
  }
  return undefined;
}

/** A script out of parsed JSON, copied; refused whole at the first bad key. */
export function parseScript(value: unknown): Result<SimulatorScript, ScriptError> {
  if (!isRecord(value)) return fail({ key: '', message: 'a script must be an object' });
  const problem = checkKeys(value, SCRIPT_KEYS, '') ?? checkTogether(value as SimulatorScript);
  return problem === undefined ? ok(structuredClone(value) as SimulatorScript) : fail(problem);
}

function shortValue(name: string, text: string | undefined): unknown {
  if (text === undefined || text === 'true') return true;
  if (text === 'false') return false;
  if (SCRIPT_KEYS[name as keyof SimulatorScript]?.raw) return text;
  return /^\d+$/.test(text) ? Number(text) : text;
}

function parseShort(text: string): Record<string, unknown> {
  const script: Record<string, unknown> = {};
  const edge: Record<string, unknown> = {};
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    const name = (at < 0 ? part : part.slice(0, at)).trim();
    if (name === '') continue;
    const value = shortValue(name, at < 0 ? undefined : part.slice(at + 1).trim());
    if (name.startsWith('edge.')) edge[name.slice(5)] = value;
    else script[name] = value;
  }
  if (Object.keys(edge).length > 0) script.edge = edge;
  return script;
}

/**
 * A script out of a header or a command line: JSON, or the short form
 * `status=503;firstByteMs=200;thinking;edge.silenceMs=100`.
 */
export function parseScriptText(text: string): Result<SimulatorScript, ScriptError> {
  if (!text.trimStart().startsWith('{')) return parseScript(parseShort(text));
  try {
    return parseScript(JSON.parse(text));
  } catch {
    return fail({ key: '', message: 'the script is not valid JSON' });
  }
}

/** Whether a script answers with something that is no answer; `body` under an edge is the edge's page. */
export function replacesAnswer(script: SimulatorScript): boolean {
  if (script.status !== undefined && script.status !== 200) return true;
  const replaced = script.body !== undefined && script.body !== 'json';
  return replaced && (script.edge === undefined || script.status === 200);
}
