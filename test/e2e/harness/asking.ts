/** A question as a client sends it, and how it goes. */
const QUESTION = {
  model: 'claude-test',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Say something.' }],
};

const post = (url: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'client-key', ...headers },
    body: JSON.stringify(body),
  });

/** Asks without streaming. */
export const ask = (url: string, headers: Record<string, string> = {}): Promise<Response> =>
  post(url, QUESTION, headers);

/** The text of the answer; the whole body where it is none. */
export async function textOf(url: string): Promise<string> {
  const body = await (await ask(url)).text();
  const { content } = JSON.parse(body) as { content?: { text: string }[] };
  return content?.[0]?.text ?? body;
}

/** A stream under way. */
export interface Streaming {
  /** Resolves with its first bytes. */
  readonly begun: Promise<void>;
  /** All of it, and whether it ended cleanly. */
  readonly whole: Promise<{ text: string; clean: boolean }>;
}

/** Asks for a stream and reads it. */
export function askStreaming(url: string): Streaming {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const read = async () => {
    let text = '';
    try {
      const { body } = await post(url, { ...QUESTION, stream: true });
      for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += chunk;
        begin();
      }
      return { text, clean: true };
    } catch {
      begin();
      return { text, clean: false };
    }
  };
  return { begun, whole: read() };
}
