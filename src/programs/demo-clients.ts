/** A request of the demo: what is asked, and in which form. */
export type DemoRequest =
  | { readonly kind: 'messages'; readonly stream: boolean; readonly prompt: string }
  | { readonly kind: 'chat'; readonly prompt: string };

/** Asks as a vendor's SDK does, repeats included. Rejects where there was no whole answer. */
export type DemoClient = (address: string, request: DemoRequest) => Promise<void>;

export interface DemoClients {
  readonly kind: 'sdk' | 'built-in';
  readonly ask: DemoClient;
}

export const MESSAGES_MODEL = 'claude-opus-4-5';
export const CHAT_MODEL = 'gpt-5';
const KEY = 'demo';
const MAX_TOKENS = 4096;
const THINKING = { type: 'enabled', budget_tokens: 2048 } as const;

/** The vendors' SDKs where they are installed, as in a checkout; else the built-in client. */
export async function demoClients(): Promise<DemoClients> {
  try {
    return { kind: 'sdk', ask: await sdkClient() };
  } catch {
    return { kind: 'built-in', ask: builtInClient };
  }
}

async function sdkClient(): Promise<DemoClient> {
  const [{ default: Anthropic }, { default: OpenAI }] = await Promise.all([
    import('@anthropic-ai/sdk'),
    import('openai'),
  ]);
  return async (address, request) => {
    const messages = [{ role: 'user' as const, content: request.prompt }];
    if (request.kind === 'chat') {
      const openai = new OpenAI({ apiKey: KEY, baseURL: `${address}/v1` });
      const { choices } = await openai.chat.completions.create({ model: CHAT_MODEL, messages });
      return whole(choices[0]?.finish_reason);
    }
    const anthropic = new Anthropic({ apiKey: KEY, baseURL: address });
    const body = { model: MESSAGES_MODEL, max_tokens: MAX_TOKENS, thinking: THINKING, messages };
    const message = request.stream
      ? await anthropic.messages.stream(body).finalMessage()
      : await anthropic.messages.create(body);
    return whole(message.stop_reason);
  };
}

/** What both vendors' SDKs do: 2 repeats of what broke or was answered with a 5xx, after 0.5 s and 0.9 s. */
const REPEAT_AFTER_MS = [500, 900] as const;
const REPEATED = new Set([408, 409, 429]);

export const builtInClient: DemoClient = async (address, request) => {
  for (const pauseMs of REPEAT_AFTER_MS) {
    if (await answered(address, request, false)) return;
    await new Promise((done) => setTimeout(done, pauseMs));
  }
  await answered(address, request, true);
};

/** False = to be repeated. A stream that breaks is an error at once, as with the SDKs. */
async function answered(address: string, request: DemoRequest, last: boolean): Promise<boolean> {
  const response = await post(address, request).catch((error: unknown) => {
    if (last) throw error;
    return undefined;
  });
  if (response === undefined) return false;
  const text = await response.text();
  if (response.ok) {
    whole(endIn(text, request));
    return true;
  }
  if (!last && (response.status >= 500 || REPEATED.has(response.status))) return false;
  throw new Error(`HTTP ${response.status}`);
}

/** Why the answer ended, by the answer; undefined = it is not whole. */
function endIn(text: string, request: DemoRequest): string | null | undefined {
  if (request.kind === 'messages' && request.stream)
    return text.includes('"type":"message_stop"') ? 'message_stop' : undefined;
  const answer = JSON.parse(text) as {
    stop_reason?: string | null;
    choices?: { finish_reason?: string | null }[];
  };
  return request.kind === 'chat' ? answer.choices?.[0]?.finish_reason : answer.stop_reason;
}

function whole(end: string | null | undefined): void {
  if (!end) throw new Error('the answer is not whole');
}

function post(address: string, request: DemoRequest): Promise<Response> {
  const messages = [{ role: 'user', content: request.prompt }];
  const [path, body] =
    request.kind === 'chat'
      ? ['/v1/chat/completions', { model: CHAT_MODEL, messages }]
      : [
          '/v1/messages',
          {
            model: MESSAGES_MODEL,
            max_tokens: MAX_TOKENS,
            thinking: THINKING,
            stream: request.stream,
            messages,
          },
        ];
  return fetch(`${address}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'anthropic-version': '2023-06-01',
      authorization: `Bearer ${KEY}`,
    },
    body: JSON.stringify(body),
  });
}
