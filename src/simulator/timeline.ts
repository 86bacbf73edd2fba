import type { Frames } from './frames.ts';
import type { SimulatorScript } from './script.ts';
import { type Template, template } from './template.ts';

/** Bytes sent together, after a wait. */
export interface Write {
  readonly waitMs: number;
  /** Absent in an answer that is not streamed: time passes, tokens come, nothing is sent. */
  readonly made?: Template;
  /** Content events produced once this is written. */
  readonly produced: number;
}

/** How an answer ends; `replace`: there is none, but what `status` and `body` say. */
type Ending = 'answer' | 'truncate' | 'reset' | 'hang' | 'error' | 'replace';

/** One answer as data: what is sent when, and how it ends. Made once a script and kind of request. */
export interface Timeline {
  readonly stream: boolean;
  /** Whether the head goes out with the body, alone, or never. */
  readonly head: 'with-body' | 'alone' | 'never';
  readonly writes: readonly Write[];
  /** Wait before the ending. */
  readonly endWaitMs: number;
  readonly ending: Ending;
  /** The JSON answer, or half of it where it is truncated. */
  readonly json?: Template;
}

/** Writes without a wait between them are joined up to this size, which bounds what a slow reader makes us hold. */
const JOINED_BYTES = 65_536;

interface Break {
  /** −2 before the head, −1 after it, n ≥ 0 after n content events. */
  readonly at: number;
  readonly ending: Ending;
}

const breakPoint = (value: string | number): number => {
  if (typeof value === 'number') return value;
  return { 'before-head': -2, 'after-head': -1, 'before-content': 0 }[value] ?? 0;
};

/** The first break a script asks for within an answer of `events` content events. */
function firstBreak(script: SimulatorScript, events: number): Break | undefined {
  const asked: [string | number | undefined, Ending][] = [
    [script.reset, 'reset'],
    [script.hang, 'hang'],
    [script.truncate, 'truncate'],
    [script.errorEvent, 'error'],
  ];
  let first: Break | undefined;
  for (const [value, ending] of asked) {
    if (value === undefined) continue;
    const at = breakPoint(value);
    if (at <= events && (first === undefined || at < first.at)) first = { at, ending };
  }
  return first;
}

/** Pings that fit before the first content event. */
export function pingCount(script: SimulatorScript): number {
  if (script.pingMs === undefined) return 0;
  return Math.max(0, Math.ceil((script.firstEventMs ?? 0) / script.pingMs) - 1);
}

/** Collects writes, joining those that have no wait between them. */
class WriteList {
  readonly writes: Write[] = [];
  #waitMs = 0;
  #texts: string[] = [];
  #characters = 0;
  #produced = 0;
  #open = false;

  add(waitMs: number, text: string, produced: number): void {
    if (this.#open && (waitMs > 0 || this.#characters + text.length > JOINED_BYTES)) this.close();
    if (!this.#open) this.#waitMs = waitMs;
    this.#open = true;
    this.#texts.push(text);
    this.#characters += text.length;
    this.#produced = produced;
  }

  close(): Write[] {
    if (this.#open) {
      const bytes = this.#characters === 0 ? {} : { made: template(this.#texts.join('')) };
      this.writes.push({ waitMs: this.#waitMs, ...bytes, produced: this.#produced });
    }
    this.#open = false;
    this.#texts = [];
    this.#characters = 0;
    return this.writes;
  }
}

/** A break before any body byte: only the head's fate and a wait. */
function headless(script: SimulatorScript, stream: boolean, found: Break): Timeline {
  return {
    stream,
    head: found.at === -2 ? 'never' : 'alone',
    writes: [],
    endWaitMs: script.firstByteMs ?? 0,
    ending: found.ending,
  };
}

/** The timeline of a script that answers with something else. */
export const replacementTimeline = (script: SimulatorScript): Timeline => ({
  stream: false,
  head: 'never',
  writes: [],
  endWaitMs: script.firstByteMs ?? 0,
  ending: 'replace',
});

/** Opening and content events up to a break. */
function listContent(
  script: SimulatorScript,
  frames: Frames,
  pings: readonly string[],
  end: number,
): WriteList {
  const list = new WriteList();
  list.add(script.firstByteMs ?? 0, frames.opening, 0);
  for (const ping of pings) list.add(script.pingMs ?? 0, ping, 0);
  for (let i = 0; i < end; i += 1) {
    const waitMs = i === 0 ? leadMs(script, pings.length) : (script.eventMs ?? 0);
    list.add(waitMs, frames.steps[i] ?? '', i + 1);
  }
  return list;
}

/** What is left of the wait for the first content event after the pings. */
const leadMs = (script: SimulatorScript, pings: number): number =>
  (script.firstEventMs ?? 0) - pings * (script.pingMs ?? 0);

/** The timeline of a streamed answer. */
export function streamTimeline(script: SimulatorScript, frames: Frames): Timeline {
  const found = firstBreak(script, frames.steps.length);
  if (found !== undefined && found.at < 0) return headless(script, true, found);
  const end = found?.at ?? frames.steps.length;
  // Silence means silence: no pings before it either.
  const pings = found?.ending === 'hang' && end === 0 ? [] : frames.pings;
  const list = listContent(script, frames, pings, end);
  const lastWaitMs = end === 0 ? leadMs(script, pings.length) : 0;
  const last = lastText(frames, found?.ending, end);
  if (last !== '') list.add(lastWaitMs, last, end);
  return {
    stream: true,
    head: 'with-body',
    writes: list.close(),
    endWaitMs: last === '' ? lastWaitMs : 0,
    ending: found?.ending ?? 'answer',
  };
}

function lastText(frames: Frames, ending: Ending | undefined, produced: number): string {
  if (ending === undefined) return frames.closing;
  return ending === 'error' ? frames.errorAfter(produced) : '';
}

/**
 * The timeline of an answer that is not streamed: the same times pass, then it comes whole.
 * @param events content events of the answer, thinking and tool call included
 */
export function jsonTimeline(script: SimulatorScript, events: number, json: string): Timeline {
  const found = firstBreak(script, events);
  // Half a body needs a whole answer: the generation runs to its end.
  const cut = found?.ending === 'truncate' ? undefined : found;
  if (cut !== undefined && cut.at < 0) return headless(script, false, cut);
  const end = cut?.at ?? events;
  const startMs = (script.firstByteMs ?? 0) + (script.firstEventMs ?? 0);
  const list = new WriteList();
  for (let i = 0; i < end; i += 1) list.add(i === 0 ? startMs : (script.eventMs ?? 0), '', i + 1);
  return {
    stream: false,
    head: 'with-body',
    writes: list.close(),
    endWaitMs: end === 0 ? startMs : 0,
    ending: found?.ending ?? 'answer',
    json: template(found?.ending === 'truncate' ? json.slice(0, json.length >> 1) : json),
  };
}
