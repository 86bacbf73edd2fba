import type { AlertSettings } from '../domain/settings.ts';
import type { Language } from '../errors/catalogue.ts';
import type { Clock } from '../platform/clock.ts';
import { maskKeys, type Poster, redact } from '../telemetry/telemetry.ts';
import { fitting, postOf, verdictOf, type WordedMessage } from './formats.ts';
import type { AlertMessage, AlertTopic } from './message.ts';
import { alertText } from './words.ts';

export interface DeliveryPorts {
  readonly clock: Clock;
  readonly poster: Poster;
  readonly language: Language;
  random(): number;
  /** For the log; free of secrets. */
  note(detail: string): void;
  count(result: 'sent' | 'failed' | 'dropped'): void;
}

/** How one post ended. */
export interface Told {
  readonly ok: boolean;
  /** What the receiver said, free of secrets. */
  readonly detail: string;
}

/** The way to one webhook. Messages wait here for each other, never a request for them. */
export interface Delivery {
  send(message: AlertMessage): void;
  /** At once, beside those that wait, and once. */
  test(): Promise<Told>;
  /** Resolves when nothing waits any more. `hurry`: without pauses or further tries. */
  drain(hurry: boolean): Promise<void>;
}

const MOST_WAITING = 50;
const TIMEOUT_MS = 10_000;
const MOST_TRIES = 3;
const FIRST_PAUSE_MS = 2_000;
/** Chats take 20 messages a minute from a robot, and then none for ten. */
const PACE_MS = 3_000;

export function createDelivery(settings: AlertSettings, ports: DeliveryPorts): Delivery {
  const { clock, poster, language, note, count } = ports;
  const waiting: WordedMessage[] = [];
  const host = new URL(settings.webhook).host;
  let working: Promise<void> | undefined;
  let hurrying = false;
  let wake: (() => void) | undefined;

  const worded = (message: AlertMessage): WordedMessage => {
    const masked = { ...message, topic: withoutKeys(message.topic) };
    return { message: masked, text: alertText(masked, language) };
  };

  async function post(all: readonly WordedMessage[]): Promise<Told & { final: boolean }> {
    const { url, body } = postOf(settings, all, clock.wall());
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const result = await poster.post({ url, headers, body, timeoutMs: TIMEOUT_MS });
    if (result.kind === 'failed') return { ok: false, final: false, detail: result.detail };
    const { ok, detail } = verdictOf(settings.format, result.answer);
    const { status } = result.answer;
    const final = status >= 300 && status < 500 && status !== 408 && status !== 429;
    return { ok, final, detail: withoutSecrets(detail, settings) };
  }

  async function deliver(all: readonly WordedMessage[]): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const told = await post(all);
      if (told.ok) {
        for (const _ of all) count('sent');
        return;
      }
      if (told.final || tries >= MOST_TRIES || hurrying) {
        for (const _ of all) count('failed');
        note(
          `alert not delivered to ${host} (${all.map(({ message }) => message.topic.kind).join(', ')}): ${told.detail}`,
        );
        return;
      }
      await pause(FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.75 + ports.random() / 2));
    }
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      await deliver(waiting.splice(0, fitting(settings.format, waiting)));
      if (settings.format !== 'json' && !hurrying) await pause(PACE_MS);
    }
  }

  /** In a moment: what one look finds goes out together. */
  function start(): void {
    working ??= Promise.resolve()
      .then(work)
      .finally(() => {
        working = undefined;
        if (waiting.length > 0) start();
      });
  }

  function pause(ms: number): Promise<void> {
    if (hurrying) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = clock.timer(ms, resolve);
      wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  return {
    send(message) {
      if (waiting.length >= MOST_WAITING) {
        count('dropped');
        note(`alert not delivered to ${host} (${message.topic.kind}): too many are waiting`);
        return;
      }
      waiting.push(worded(message));
      start();
    },
    async test() {
      const now = clock.wall();
      const { ok, detail } = await post([
        worded({ topic: { kind: 'test' }, state: 'test', at: now, since: now }),
      ]);
      return { ok, detail };
    },
    async drain(hurry) {
      hurrying ||= hurry;
      if (hurrying) wake?.();
      while (working) await working;
    },
  };
}

/** Names and details come from elsewhere, and may hold anything. */
function withoutKeys<T extends AlertTopic>(topic: T): T {
  const fields = Object.entries(topic).map(([name, value]) => [
    name,
    typeof value === 'string' ? maskKeys(value) : value,
  ]);
  return Object.fromEntries(fields) as T;
}

/** A receiver may repeat what it was sent, or where. */
function withoutSecrets(text: string, { webhook, secret }: AlertSettings): string {
  const { pathname, search } = new URL(webhook);
  const parts = [webhook, pathname, search, ...pathname.split('/'), ...search.split(/[?&=]/), secret ?? ''];
  return maskKeys(
    redact(
      text,
      parts.filter((part) => part.length >= 8),
    ),
  ).replace(/\s+/g, ' ');
}
