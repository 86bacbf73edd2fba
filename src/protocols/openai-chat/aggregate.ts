import { GrowingTexts } from '../growing-texts.ts';
import { asArray, asObject, type JsonObject } from '../json-value.ts';
import type { TextScan } from '../text-scan.ts';
import { readError } from '../upstream-error.ts';
import type { Aggregate, Aggregation, StreamEvent, UpstreamError, WatchState } from '../wire-format.ts';
import { Choice } from './choice.ts';
import { KnownChunk } from './known-chunk.ts';
import { errorOf } from './watch.ts';

/** Members that exist only to frame or pad a stream. */
const STREAM_ONLY = new Set(['choices', 'object', 'obfuscation', 'error']);

/** Later chunks overwrite what earlier ones said, but a null never wipes out a value. */
function overwriteSaid(target: JsonObject, chunk: JsonObject): void {
  for (const [key, value] of Object.entries(chunk)) {
    if (STREAM_ONLY.has(key)) continue;
    if (value !== null || !(key in target)) target[key] = value;
  }
}

/** Folds the chunks into a `chat.completion`, each choice by its index, as the vendor's own clients do. */
export const createAggregation = (): Aggregation => new CompletionAggregation();

class CompletionAggregation implements Aggregation {
  readonly #body: JsonObject = {};
  readonly #choices = new Map<number, Choice>();
  readonly #texts = new GrowingTexts();
  readonly #known = new KnownChunk();
  #error: UpstreamError | undefined;

  addText(scan: TextScan, state: WatchState): boolean {
    const from = scan.at;
    const form = this.#known.match(scan);
    const piece = form && scan.value();
    if (form === undefined || piece === undefined) {
      scan.at = from;
      return false;
    }
    this.#choiceAt(form.index).addText(form.key, piece);
    if (piece !== '') state.hasContent = true;
    return true;
  }

  add(event: StreamEvent): void {
    this.#known.learn(event);
    const said = errorOf(event);
    if (said !== undefined) this.#error ??= readError(said);
    const { json } = event;
    if (json === undefined) return;
    overwriteSaid(this.#body, json);
    for (const part of asArray(json.choices)) {
      const { index } = asObject(part) ?? {};
      this.#choiceAt(typeof index === 'number' ? index : 0).add(asObject(part) ?? {});
    }
  }

  result(): Aggregate {
    if (this.#error !== undefined) return { kind: 'error', ...this.#error };
    if (this.#choices.size === 0) return { kind: 'incomplete', detail: 'no choice' };
    const ordered = [...this.#choices].sort(([a], [b]) => a - b).map(([, choice]) => choice);
    const open = ordered.find((choice) => !choice.finished);
    if (open !== undefined) {
      return { kind: 'incomplete', detail: `no finish_reason for choice ${open.index}` };
    }
    this.#texts.settle();
    const choices = ordered.map((choice) => choice.body());
    return { kind: 'complete', body: { ...this.#body, object: 'chat.completion', choices } };
  }

  #choiceAt(index: number): Choice {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = new Choice(index, this.#texts);
      this.#choices.set(index, choice);
    }
    return choice;
  }
}
