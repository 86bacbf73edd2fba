import type { SimulatorScript } from './script.ts';

const WORDS =
  'alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar ';
const DEFAULT_EVENTS = 8;
const DEFAULT_EVENT_BYTES = 16;

/**
 * Six characters after the word "code": capitals and digits, or mixed case with a digit among them, so that
 * an ordinary word is not taken for a code.
 */
const CODE = /\b[Cc]ode(?:\s+is)?[\s:="'`*“]{1,5}([A-Z0-9]{6}|(?=[A-Za-z]*\d)[A-Za-z0-9]{6})\b/;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (isFields(part) && typeof part.text === 'string' ? part.text : '')).join('\n');
}

/** The text of the last user message of a request's parsed body, in any protocol; empty where there is none. */
function lastUserText(request: unknown): string {
  if (!isFields(request)) return '';
  const turns = request.messages ?? request.input;
  if (typeof turns === 'string') return turns;
  if (!Array.isArray(turns)) return '';
  const last: unknown = turns.findLast((turn) => isFields(turn) && turn.role === 'user');
  return isFields(last) ? textOf(last.content) : '';
}

/** The verification code a request's parsed body asks to repeat. */
export function askedCode(request: unknown): string | undefined {
  return CODE.exec(lastUserText(request))?.[1];
}

/** Another code of the same length: each digit and letter moved on by one. */
function otherCode(code: string): string {
  return code.replace(/./g, (sign) => {
    if (sign === '9') return '0';
    if (sign === 'Z' || sign === 'z') return 'A';
    return String.fromCharCode(sign.charCodeAt(0) + 1);
  });
}

function split(text: string, pieces: number): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let i = 1; i <= pieces; i += 1) {
    let to = Math.floor((text.length * i) / pieces);
    const unit = text.charCodeAt(to);
    if (unit >= 0xdc00 && unit <= 0xdfff) to += 1;
    if (to > from) parts.push(text.slice(from, to));
    from = Math.max(from, to);
  }
  return parts;
}

function splitText(text: string, script: SimulatorScript): string[] {
  const bySize =
    script.eventBytes === undefined ? DEFAULT_EVENTS : Math.ceil(text.length / script.eventBytes);
  return split(text, Math.min(script.events ?? bySize, text.length));
}

/**
 * The text of each content event, in order.
 * @param code the verification code asked for, if any
 */
export function textPieces(script: SimulatorScript, code?: string): string[] {
  if (code !== undefined) return [script.wrongCode === true ? otherCode(code) : code];
  if (script.text !== undefined) return splitText(script.text, script);
  const events = script.events ?? DEFAULT_EVENTS;
  const eventBytes = script.eventBytes ?? DEFAULT_EVENT_BYTES;
  const whole = WORDS.repeat(Math.ceil((events * eventBytes) / WORDS.length));
  return Array.from({ length: events }, (_, i) => whole.slice(i * eventBytes, (i + 1) * eventBytes));
}

/**
 * The exact text an answer to `request` has under `script`.
 * @param request the parsed JSON body; matters only where it asks for a verification code
 */
export function expectedText(script: SimulatorScript, request?: unknown): string {
  return textPieces(script, askedCode(request)).join('');
}
