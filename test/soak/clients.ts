import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { TEXT } from './faults.ts';

/** How one request ended for its client. */
export type Ending =
  | { readonly kind: 'right' }
  /** The client knows that it has no answer, or not all of it. */
  | { readonly kind: 'honest'; readonly how: string }
  /** It was told something that is not so. */
  | { readonly kind: 'wrong'; readonly detail: string };

interface Ask {
  readonly protocol: 'anthropic-messages' | 'openai-chat' | 'openai-responses';
  readonly stream: boolean;
  readonly body: string;
  readonly expected: string;
  readonly headers: Record<string, string>;
}

interface Raw {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** The body came to its end by the rules of HTTP. */
  readonly whole: boolean;
}

export type Manner = 'plain' | 'hangs-up' | 'leaves' | 'keyed' | 'slow' | 'ticket';

const PATHS = {
  'anthropic-messages': '/v1/messages',
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
};
const PROTOCOLS = Object.keys(PATHS) as Ask['protocol'][];

const agent = new Agent({ keepAlive: true, maxSockets: 2_000 });
/** Closes the connections the clients keep. */
export const hangUp = (): void => agent.destroy();

const chance = (share: number): boolean => Math.random() < share;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** An exchange of bytes with the gateway; undefined: the client hung up. `slow` reads a piece now and then. */
function exchange(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string,
  { hangUpMs, slow }: { hangUpMs?: number; slow?: boolean } = {},
): Promise<Raw | undefined> {
  return new Promise((resolve) => {
    const asked = httpRequest(url, { method, headers, agent });
    let hungUp = false;
    const timer =
      hangUpMs === undefined
        ? undefined
        : setTimeout(() => {
            hungUp = true;
            asked.destroy();
          }, hangUpMs);
    const done = (raw: Raw | undefined) => {
      clearTimeout(timer);
      resolve(hungUp ? undefined : raw);
    };
    const broken: Raw = { status: 0, headers: {}, text: '', whole: false };
    asked.on('error', () => done(broken));
    asked.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (!slow) return;
        response.pause();
        setTimeout(() => response.resume(), 40);
      });
      response.on('error', () => undefined);
      response.on('close', () => {
        const { statusCode: status = 0, headers: answered, complete: whole } = response;
        done({ status, headers: answered, text: Buffer.concat(chunks).toString('utf8'), whole });
      });
    });
    asked.end(body);
  });
}

/** A request nobody else makes; every third asks for a code, so that a mixed-up answer is seen. */
function newAsk(client: string, key: string, n: number): Ask {
  const protocol = PROTOCOLS[Math.floor(Math.random() * 3)]!;
  const stream = chance(0.5);
  const code = chance(0.33) ? `Q${String((n * 7919) % 100_000).padStart(5, '0')}` : undefined;
  const prompt = `I am ${client}, and this is my request ${n}.${code ? ` Repeat the code ${code}.` : ''}`;
  const turns = [{ role: 'user', content: prompt }];
  const body =
    protocol === 'openai-responses'
      ? { model: 'gpt-soak', input: prompt, stream }
      : protocol === 'openai-chat'
        ? { model: 'gpt-soak', messages: turns, stream, ...(chance(0.5) && stream ? USAGE : {}) }
        : { model: 'claude-soak', max_tokens: 900, messages: turns, stream };
  const headers = { 'content-type': 'application/json', 'x-api-key': key };
  return { protocol, stream, body: JSON.stringify(body), expected: code ?? TEXT, headers };
}
const USAGE = { stream_options: { include_usage: true } };

/** One request of one client, in its manner, until it has an answer, an error, or left for good. */
export async function ask(
  url: string,
  client: string,
  key: string,
  n: number,
  manner: Manner,
): Promise<Ending> {
  const asked = newAsk(client, key, n);
  const to = url + PATHS[asked.protocol];
  const post = (more: Record<string, string> = {}, how: Parameters<typeof exchange>[4] = {}) =>
    exchange(to, 'POST', { ...asked.headers, ...more }, asked.body, how);
  switch (manner) {
    case 'plain':
      return judge(asked, await post());
    case 'slow':
      return judge(asked, await post({}, { slow: true }));
    case 'leaves':
      return judge(asked, await post({}, { hangUpMs: Math.random() * 800 }));
    case 'hangs-up': {
      for (let i = 0; i < 2; i += 1) {
        const raw = await post({}, { hangUpMs: 20 + Math.random() * 900 });
        if (raw) return judge(asked, raw);
        await sleep(Math.random() * 300);
      }
      return judge(asked, await post());
    }
    case 'keyed': {
      const own = { 'idempotency-key': `${client}-${n}` };
      const [one, two] = await Promise.all([post(own), post(own)]);
      const endings = [judge(asked, one), judge(asked, two), judge(asked, await post(own))];
      return endings.find(({ kind }) => kind === 'wrong') ?? endings[2]!;
    }
    case 'ticket':
      return redeem(url, asked, await post({ prefer: 'respond-async' }));
  }
}

async function redeem(url: string, asked: Ask, ticket: Raw | undefined): Promise<Ending> {
  if (ticket?.status !== 202) return judge(asked, ticket);
  const where = url + ticket.headers.location;
  const stream = chance(0.5);
  for (;;) {
    const raw = await exchange(`${where}${stream ? '?stream=true' : ''}`, 'GET', asked.headers, '');
    if (raw?.status !== 202) return judge({ ...asked, stream }, raw);
  }
}

function judge(ask: Ask, raw: Raw | undefined): Ending {
  if (raw === undefined) return { kind: 'honest', how: 'hung up' };
  const { status, whole, text } = raw;
  if (status === 0) return { kind: 'honest', how: 'connection broke' };
  // What fails upstream is a 502 or 504 here: a 500 is a defect of the gateway's own.
  const error = (how: string): Ending =>
    isError(text) && status !== 500
      ? { kind: 'honest', how }
      : { kind: 'wrong', detail: `${how} without an error: ${clip(text)}` };
  if (status !== 200) return whole ? error(`HTTP ${status}`) : { kind: 'honest', how: 'connection broke' };
  const events = raw.headers['content-type']?.includes('event-stream') ?? false;
  const read = events ? readStream(ask, text) : whole ? readJson(ask, text) : { ended: false, text: '' };
  if (read.ended)
    return read.text === ask.expected
      ? { kind: 'right' }
      : { kind: 'wrong', detail: `${ask.protocol} ${ask.stream}: complete, but ${clip(read.text)}` };
  if (/"type":\s*"?error|"error":\s*\{|response\.failed/.test(text))
    return { kind: 'honest', how: 'error event' };
  if (!whole) return { kind: 'honest', how: 'broken off' };
  return {
    kind: 'wrong',
    detail: `${ask.protocol} ${ask.stream}: a clean end without a mark: ${clip(text)}`,
  };
}

function isError(text: string): boolean {
  try {
    return typeof (JSON.parse(text) as { error?: unknown }).error === 'object';
  } catch {
    return /<html/i.test(text);
  }
}

const clip = (text: string): string => JSON.stringify(text.length > 240 ? `…${text.slice(-240)}` : text);

interface Read {
  readonly ended: boolean;
  readonly text: string;
}

// biome-ignore lint/suspicious/noExplicitAny: three vendors' shapes, of which a few fields are read.
type Loose = any;

const outputText = (response: Loose): string =>
  (response.output ?? [])
    .filter((item: Loose) => item.type === 'message')
    .flatMap((item: Loose) => item.content)
    .map((part: Loose) => part.text ?? '')
    .join('');

function readJson({ protocol }: Ask, text: string): Read {
  let json: Loose;
  try {
    json = JSON.parse(text);
  } catch {
    return { ended: true, text: 'not JSON' };
  }
  if (json.error) return { ended: true, text: `an error under 200: ${text}` };
  if (protocol === 'openai-responses') return { ended: true, text: outputText(json) };
  if (protocol === 'openai-chat') return { ended: true, text: json.choices?.[0]?.message?.content ?? 'none' };
  const blocks = (json.content ?? []).filter(({ type }: Loose) => type === 'text');
  return { ended: true, text: blocks.map((block: Loose) => block.text).join('') };
}

function readStream({ protocol }: Ask, text: string): Read {
  const datas = text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((event) => /^data: ?(.*)$/m.exec(event)?.[1] ?? []);
  let ended = false;
  let read = '';
  for (const data of datas) {
    if (data === '[DONE]') continue;
    const event: Loose = JSON.parse(data);
    if (protocol === 'openai-chat') {
      read += event.choices?.[0]?.delta?.content ?? '';
      ended ||= event.choices?.[0]?.finish_reason != null;
    } else if (protocol === 'openai-responses') {
      read += event.type === 'response.output_text.delta' ? event.delta : '';
      ended ||= event.type === 'response.completed';
      if (event.type === 'response.completed' && outputText(event.response) !== read) read = 'deltas differ';
    } else {
      read += event.delta?.type === 'text_delta' ? event.delta.text : '';
      ended ||= event.type === 'message_stop';
    }
  }
  return { ended, text: read };
}
