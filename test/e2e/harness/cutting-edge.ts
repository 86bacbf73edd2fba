import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeLater } from './qcc.ts';

/** An edge between client and gateway. */
export interface CuttingEdge {
  readonly url: string;
  /** Requests taken in. */
  readonly requests: number;
  /** Of these, those that were cut. */
  readonly cuts: number;
  close(): Promise<void>;
}

/**
 * Starts a proxy that, like a CDN, holds an answer's head back until the first byte of its body and cuts after
 * `silenceMs` without one: with a 524 where nothing is out yet, else by breaking the connection.
 */
export async function cuttingEdge(target: string, silenceMs: number): Promise<CuttingEdge> {
  const tally = { requests: 0, cuts: 0 };
  const server = createServer((incoming, outgoing) => {
    tally.requests += 1;
    pass(target, incoming, outgoing, silenceMs, () => {
      tally.cuts += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return closeLater({
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return tally.requests;
    },
    get cuts() {
      return tally.cuts;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function pass(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  silenceMs: number,
  onCut: () => void,
): void {
  const { method, headers, url } = incoming;
  const upward = request(new URL(url ?? '/', target), {
    ...(method ? { method } : {}),
    headers,
    agent: false,
  });
  const cut = () => {
    onCut();
    upward.destroy();
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(524, { 'content-type': 'text/html' }).end('<h1>524: A timeout occurred</h1>');
  };
  let silence = setTimeout(cut, silenceMs);
  const stop = () => clearTimeout(silence);
  upward.on('response', (answer) => {
    const sendHead = () => {
      if (!outgoing.headersSent) outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    };
    answer.on('data', (chunk: Buffer) => {
      stop();
      silence = setTimeout(cut, silenceMs);
      sendHead();
      outgoing.write(chunk);
    });
    answer.on('end', () => {
      stop();
      sendHead();
      outgoing.end();
    });
    answer.on('error', () => {
      stop();
      outgoing.destroy();
    });
  });
  upward.on('error', () => {
    stop();
    if (!outgoing.writableEnded) outgoing.destroy();
  });
  outgoing.on('close', () => {
    stop();
    if (!outgoing.writableFinished) upward.destroy();
  });
  incoming.pipe(upward);
}
