import type { Dispatcher } from 'undici';

/** What a receiver answered. `body`: at most 64 KB of it, as text. */
export interface PostAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export type PostResult =
  | { readonly kind: 'answered'; readonly answer: PostAnswer }
  /** `detail` is a code such as ECONNREFUSED: never the address, which may be a credential. */
  | { readonly kind: 'failed'; readonly detail: string };

export interface Posting {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** For all of it, from the look-up of the name to the last byte of the answer. */
  readonly timeoutMs: number;
}

/** Posts to receivers of telemetry and alerts. Never throws; does not follow redirects. */
export interface Poster {
  post(posting: Posting): Promise<PostResult>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

const ANSWER_MAX_BYTES = 65_536;
/** Receivers sit idle for long: a connection kept longer than they keep it breaks the next message. */
const KEEP_ALIVE_MS = 4_000;

/** undici is loaded with the first message: commands that send none should not pay for it. */
export function createPoster(): Poster {
  let agent: Dispatcher | undefined;
  return {
    async post({ url, headers, body, timeoutMs }) {
      try {
        const { Agent, request } = await import('undici');
        agent ??= new Agent({ keepAliveTimeout: KEEP_ALIVE_MS, connections: 4 });
        const signal = AbortSignal.timeout(Math.max(1, timeoutMs));
        const answer = await request(url, { method: 'POST', headers, body, signal, dispatcher: agent });
        return {
          kind: 'answered',
          answer: { status: answer.statusCode, headers: answer.headers, body: await textOf(answer.body) },
        };
      } catch (thrown) {
        return { kind: 'failed', detail: detailOf(thrown, timeoutMs) };
      }
    },
    close: async () => agent?.destroy(),
  };
}

async function textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    parts.push(part);
    bytes += part.length;
    if (bytes >= ANSWER_MAX_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, ANSWER_MAX_BYTES).toString('utf8');
}

/** The code, where there is one: messages of network errors name the host, those of URLs the whole of it. */
function detailOf(thrown: unknown, timeoutMs: number): string {
  const { name, code, cause } = thrown as { name?: string; code?: unknown; cause?: { code?: unknown } };
  if (name === 'TimeoutError' || name === 'AbortError') return `no answer within ${timeoutMs} ms`;
  const found = code ?? cause?.code;
  if (found === 'UND_ERR_DESTROYED') return 'given up, since the gateway stops';
  return typeof found === 'string' ? found : (name ?? 'Error');
}
