import type { Protocol } from '../domain/protocol.ts';
import { anthropicMessages } from './anthropic.ts';
import type { Asked } from './asked.ts';
import { openaiChat } from './chat.ts';
import { type Composition, THINKING_TOKENS, type WireFormat } from './frames.ts';
import { openaiResponses } from './responses.ts';
import { replacesAnswer, type SimulatorScript } from './script.ts';
import { textPieces } from './text.ts';
import { jsonTimeline, pingCount, replacementTimeline, streamTimeline, type Timeline } from './timeline.ts';

const FORMATS: Readonly<Record<Protocol, WireFormat>> = {
  'anthropic-messages': anthropicMessages,
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
};

/** A quarter of the prompt is read from the cache, an eighth written to it. */
function composition(script: SimulatorScript, asked: Asked): Composition {
  const pieces = textPieces(script, asked.code);
  const thinking = script.thinking === true;
  const reasoning = thinking ? THINKING_TOKENS : 0;
  const characters = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return {
    model: asked.model,
    pieces,
    thinking,
    ...(script.toolUse === true ? { tool: asked.tool } : {}),
    tokens: {
      prompt: asked.promptTokens,
      cacheRead: asked.promptTokens >> 2,
      cacheWrite: asked.promptTokens >> 3,
      output: Math.max(1, Math.ceil(characters / 4)) + reasoning,
      reasoning,
    },
    includeUsage: asked.includeUsage,
    pings: pingCount(script),
    done: script.noDone !== true,
  };
}

function compile(script: SimulatorScript, protocol: Protocol, asked: Asked): Timeline {
  if (replacesAnswer(script)) return replacementTimeline(script);
  const composed = composition(script, asked);
  const format = FORMATS[protocol];
  if (asked.stream) return streamTimeline(script, format.stream(composed));
  const events = composed.pieces.length + (composed.thinking ? 1 : 0) + (composed.tool === undefined ? 0 : 1);
  return jsonTimeline(script, events, format.json(composed));
}

/** Kept a script; more kinds of requests than that start over. */
const MAX_KEPT = 64;
const MAX_KEPT_BYTES = 4 * 1_048_576;

const sizeOf = (timeline: Timeline): number =>
  timeline.writes.reduce(
    (sum, write) => sum + (write.made?.bytes.length ?? 0),
    timeline.json?.bytes.length ?? 0,
  );

/**
 * Makes timelines, keeping those it made: an answer is written down once a script and kind of request, and ten
 * thousand streams share its bytes. Scripts must not change once they were used.
 */
export function timelineMaker(): (script: SimulatorScript, protocol: Protocol, asked: Asked) => Timeline {
  const kept = new WeakMap<SimulatorScript, { made: Map<string, Timeline>; bytes: number }>();
  return (script, protocol, asked) => {
    let shelf = kept.get(script);
    if (shelf === undefined || shelf.made.size >= MAX_KEPT || shelf.bytes > MAX_KEPT_BYTES) {
      shelf = { made: new Map(), bytes: 0 };
      kept.set(script, shelf);
    }
    const { model, stream, includeUsage, promptTokens, tool, code } = asked;
    const key = JSON.stringify([protocol, model, stream, includeUsage, promptTokens, tool, code]);
    const known = shelf.made.get(key);
    if (known !== undefined) return known;
    const timeline = compile(script, protocol, asked);
    shelf.made.set(key, timeline);
    shelf.bytes += sizeOf(timeline);
    return timeline;
  };
}
