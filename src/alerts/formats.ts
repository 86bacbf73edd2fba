import { createHmac } from 'node:crypto';
import type { AlertFormat, AlertSettings } from '../domain/settings.ts';
import type { AlertMessage, AlertTopic } from './message.ts';
import type { AlertText } from './words.ts';

/** What is posted, and where. The URL is a credential. */
export interface AlertPost {
  readonly url: string;
  readonly body: string;
}

/** A message and its words. */
export interface WordedMessage {
  readonly message: AlertMessage;
  readonly text: AlertText;
}

type Body = (settings: AlertSettings, all: readonly WordedMessage[], now: number) => AlertPost;

/** WeCom's bound, in bytes of UTF-8; the others' are at 20 KB and above. */
const TEXT_MAX_BYTES: Readonly<Record<AlertFormat, number>> = {
  json: Number.POSITIVE_INFINITY,
  slack: 8_000,
  feishu: 8_000,
  dingtalk: 8_000,
  wecom: 2_048,
};

/** How many of the first messages fit into one post: chats bound how many come a minute. At least one. */
export function fitting(format: AlertFormat, all: readonly WordedMessage[]): number {
  if (format === 'json') return 1;
  let bytes = 0;
  const over = all.findIndex((one) => {
    bytes += Buffer.byteLength(plainText([one])) + 2;
    return bytes > TEXT_MAX_BYTES[format];
  });
  return over === -1 ? all.length : Math.max(1, over);
}

/** The post that tells these messages, as the vendor documents it. `now`: ms since the epoch, for the signature. */
export const postOf = (settings: AlertSettings, all: readonly WordedMessage[], now: number): AlertPost =>
  BODIES[settings.format](settings, all, now);

const plainText = (all: readonly WordedMessage[]): string =>
  all.map(({ text: { title, lines } }) => [title, ...lines].join('\n')).join('\n\n');

/** Cut at a character's end. */
function bounded(text: string, format: AlertFormat): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= TEXT_MAX_BYTES[format]) return text;
  const cut = bytes.subarray(0, TEXT_MAX_BYTES[format] - 3).toString('utf8');
  return `${cut.replace(/\uFFFD+$/, '')}…`;
}

const BODIES: Readonly<Record<AlertFormat, Body>> = {
  json: ({ webhook }, all) => ({ url: webhook, body: JSON.stringify(all[0] ? jsonOf(all[0]) : {}) }),

  // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/ and .../formatting-message-text/
  slack: ({ webhook }, all) => {
    const escaped = (text: string) =>
      text.replace(/[&<>]/g, (found) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[found] ?? '');
    const text = all
      .map(({ text: { title, lines } }) => [`*${escaped(title)}*`, ...lines.map(escaped)].join('\n'))
      .join('\n\n');
    return { url: webhook, body: JSON.stringify({ text: bounded(text, 'slack') }) };
  },

  // https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: the key is "timestamp\nsecret", the message empty
  feishu: ({ webhook, secret }, all, now) => {
    const timestamp = String(Math.floor(now / 1_000));
    const sign =
      secret === undefined
        ? undefined
        : createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64');
    const content = { text: bounded(plainText(all), 'feishu') };
    const signed = sign === undefined ? {} : { timestamp, sign };
    return { url: webhook, body: JSON.stringify({ ...signed, msg_type: 'text', content }) };
  },

  // https://open.dingtalk.com/document/robots/customize-robot-security-settings: signed in the query
  dingtalk: ({ webhook, secret }, all, now) => {
    const url = new URL(webhook);
    if (secret !== undefined) {
      const timestamp = String(Math.floor(now));
      url.searchParams.set('timestamp', timestamp);
      url.searchParams.set(
        'sign',
        createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'),
      );
    }
    const text = { content: bounded(plainText(all), 'dingtalk') };
    return { url: url.href, body: JSON.stringify({ msgtype: 'text', text }) };
  },

  // https://developer.work.weixin.qq.com/document/path/91770
  wecom: ({ webhook }, all) => ({
    url: webhook,
    body: JSON.stringify({ msgtype: 'text', text: { content: bounded(plainText(all), 'wecom') } }),
  }),
};

function jsonOf({ message: { topic, state, at, since }, text }: WordedMessage): object {
  const { kind, ...facts } = topic;
  return {
    source: 'qcc',
    kind,
    state,
    subject: subjectOf(topic),
    at: new Date(at).toISOString(),
    since: new Date(since).toISOString(),
    title: text.title,
    text: text.lines.join('\n'),
    facts,
  };
}

function subjectOf(topic: AlertTopic): string {
  if ('endpoint' in topic && topic.endpoint !== undefined) return topic.endpoint;
  return 'cluster' in topic ? topic.cluster : 'gateway';
}

/** Whether the vendor took it. Some say no under HTTP 200. `detail` is the vendor's words. */
export function verdictOf(
  format: AlertFormat,
  { status, body }: { readonly status: number; readonly body: string },
): { readonly ok: boolean; readonly detail: string } {
  const said = body.trim().slice(0, 200);
  if (status < 200 || status > 299) return { ok: false, detail: `HTTP ${status}${said && `: ${said}`}` };
  if (format === 'json' || format === 'slack') return { ok: true, detail: `HTTP ${status}` };
  const code = codeIn(body);
  return { ok: code === 0, detail: code === 0 ? `HTTP ${status}` : said || 'an empty answer' };
}

/** `errcode` at DingTalk and WeCom, `code` at Feishu, which older robots call `StatusCode`. */
function codeIn(body: string): unknown {
  try {
    const said = JSON.parse(body) as { errcode?: unknown; code?: unknown; StatusCode?: unknown };
    return said.errcode ?? said.code ?? said.StatusCode;
  } catch {
    return undefined;
  }
}
