import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message as it came. */
export interface ReceivedPost {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks, or of telemetry. */
export interface Webhook {
  readonly url: string;
  readonly posts: ReceivedPost[];
  /** What the next ones are answered: status, and body or headers; the last one stays. */
  readonly answers: { status: number; body?: string; headers?: Record<string, string> }[];
  close(): Promise<void>;
}

/** Starts one that says `ok`. */
export async function startWebhook(): Promise<Webhook> {
  const posts: ReceivedPost[] = [];
  const answers: Webhook['answers'] = [{ status: 200, body: 'ok' }];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      posts.push({
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(parts).toString('utf8'),
      });
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 200 };
      response.writeHead(answer.status, answer.headers ?? {}).end(answer.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    posts,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
