import { asArray, asObject, type JsonObject } from '../json-value.ts';
import type { TextScan } from '../text-scan.ts';
import type { StreamEvent } from '../wire-format.ts';
import { TEXTS } from './choice.ts';

/** After so many chunks in a row that taught nothing of use, none is learned any more. */
const MAX_IN_VAIN = 8;

const PADDING = '"obfuscation":"';

/** What the last chunk was like: another one with the same bytes but for its text says nothing else anew. */
interface Form {
  readonly index: number;
  /** The member of the delta that grows. */
  readonly key: string;
  /** Up to the text's opening quote. */
  readonly before: string;
  /** From the text's closing quote to the end of the event, or to the padding's opening quote. */
  readonly after: string;
  /** From the padding's closing quote to the end of the event; undefined: there is no padding. */
  readonly afterPadding: string | undefined;
}

/** The one member of a delta that is a text, where all others say nothing that adds up. */
function textKey(delta: JsonObject): string | undefined {
  let found: string | undefined;
  for (const [key, value] of Object.entries(delta)) {
    if (value === null || value === '' || key === 'role') continue;
    if (!TEXTS.has(key) || typeof value !== 'string' || found !== undefined) return undefined;
    found = key;
  }
  return found;
}

/** Where the one occurrence of `part` ends in `text`; -1 where there is none, or more than one. */
function onlyEnd(text: string, part: string): number {
  const at = text.indexOf(part);
  return at === -1 || text.indexOf(part, at + 1) !== -1 ? -1 : at + part.length;
}

/** The choice whose text alone such a chunk would make grow. */
function growingChoice({ event, json }: StreamEvent): JsonObject | undefined {
  const choices = asArray(json?.choices);
  const choice = asObject(choices[0]);
  const isPlain = event === '' && choices.length === 1 && !json?.error;
  return isPlain && choice !== undefined && !choice.finish_reason && !choice.logprobs ? choice : undefined;
}

function formOf(data: string, json: JsonObject, choice: JsonObject, key: string): Form | undefined {
  // Written as JSON is written without choice, each member stands there once, and is found by its name.
  if (JSON.stringify(json) !== data) return undefined;
  const opening = onlyEnd(data, `"${key}":"`) - 1;
  if (opening < 0) return undefined;
  const rest = data.slice(opening + JSON.stringify(asObject(choice.delta)?.[key]).length);
  const padding = typeof json.obfuscation === 'string' ? onlyEnd(rest, PADDING) - 1 : -1;
  const isPadded = padding >= 0;
  return {
    index: typeof choice.index === 'number' ? choice.index : 0,
    key,
    before: `data: ${data.slice(0, opening)}`,
    after: isPadded ? rest.slice(0, padding) : `${rest}\n\n`,
    afterPadding: isPadded
      ? `${rest.slice(padding + JSON.stringify(json.obfuscation).length)}\n\n`
      : undefined,
  };
}

/** Knows a chunk again that differs from the last one in its text alone, as most do. */
export class KnownChunk {
  #form: Form | undefined;
  #inVain = 0;

  /** A chunk was read the ordinary way: those like it come next. What was known before counts no longer. */
  learn(event: StreamEvent): void {
    this.#form = undefined;
    const choice = growingChoice(event);
    const key = choice && textKey(asObject(choice.delta) ?? {});
    if (key === undefined || event.json === undefined || this.#inVain >= MAX_IN_VAIN) return;
    this.#inVain += 1;
    this.#form = formOf(event.data, event.json, choice as JsonObject, key);
  }

  /** The form of the chunk at `scan.at`, where it is the known one. Leaves the text in `scan`. */
  match(scan: TextScan): Form | undefined {
    const form = this.#form;
    if (form === undefined || !scan.literal(form.before) || !scan.string() || !scan.literal(form.after))
      return undefined;
    this.#inVain = 0;
    if (form.afterPadding === undefined) return form;
    return scan.plainString() && scan.literal(form.afterPadding) ? form : undefined;
  }
}
