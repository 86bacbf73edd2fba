import type { CheckupOptions } from '../domain/checkup.ts';
import type { Clock } from '../platform/clock.ts';
import { type AdminRoute, type Answer, badRequest, type Call, failure, type JsonObject } from './answer.ts';
import type { EventStream } from './event-stream.ts';
import { createLive } from './live.ts';
import type { AdminPorts } from './ports.ts';

/** The answers that go on: the live view, and the doctor at work. */
export interface Streams {
  readonly routes: readonly AdminRoute[];
  /** Ends them all: the gateway stops. */
  close(): void;
}

const MAX_OPTIONS_BYTES = 64 * 1024;

export function createStreams(ports: AdminPorts, clock: Clock): Streams {
  const live = createLive(ports, clock);
  let checkup: AbortController | undefined;

  function watch(): Answer {
    if (live.full) return failure(503, 'too_many_readers', 'Too many watch the gateway already.');
    return { kind: 'stream', run: (stream) => live.join(stream) };
  }

  async function doctor({ body, language }: Call): Promise<Answer> {
    const read = await body(MAX_OPTIONS_BYTES);
    if (!read.ok) return read.error;
    const options = optionsOf(read.value);
    if (options === undefined)
      return badRequest(
        'expected {endpoint?, model?, probeEdge?, silenceUpToMs? (100 to 3600000), language?}',
      );
    if (checkup) return failure(409, 'checkup_running', 'A checkup is running already.');
    const asked = read.value.language === 'zh' ? 'zh' : read.value.language === 'en' ? 'en' : language;
    const aborter = new AbortController();
    checkup = aborter;
    const leave = () => {
      if (checkup === aborter) checkup = undefined;
    };
    const run = (stream: EventStream) => {
      stream.onClosed(() => aborter.abort());
      ports
        .checkUp(options, asked, (event) => stream.push(event.kind, JSON.stringify(event)), aborter.signal)
        .catch((thrown: unknown) => {
          const message = thrown instanceof Error ? thrown.message : String(thrown);
          stream.push('error', JSON.stringify({ code: 'internal', message }));
        })
        .finally(() => {
          leave();
          stream.end();
        });
    };
    return { kind: 'stream', run };
  }

  return {
    routes: [
      { method: 'GET', pattern: 'live', answer: watch },
      { method: 'POST', pattern: 'doctor', answer: doctor },
    ],
    close() {
      live.close();
      checkup?.abort();
    },
  };
}

function optionsOf({ endpoint, model, probeEdge, silenceUpToMs }: JsonObject): CheckupOptions | undefined {
  const sound =
    isTextOrAbsent(endpoint) &&
    isTextOrAbsent(model) &&
    (probeEdge === undefined || typeof probeEdge === 'boolean') &&
    isSilenceOrAbsent(silenceUpToMs);
  if (!sound) return undefined;
  return {
    ...(endpoint ? { endpoint } : {}),
    ...(model ? { model } : {}),
    ...(probeEdge ? { probeEdge } : {}),
    ...(silenceUpToMs === undefined ? {} : { silenceUpToMs }),
  };
}

const LEAST_SILENCE_MS = 100;
const MOST_SILENCE_MS = 3_600_000;

const isSilenceOrAbsent = (value: unknown): value is number | undefined =>
  value === undefined || (typeof value === 'number' && value >= LEAST_SILENCE_MS && value <= MOST_SILENCE_MS);

const isTextOrAbsent = (value: unknown): value is string | undefined =>
  value === undefined || (typeof value === 'string' && value.length <= 500);
