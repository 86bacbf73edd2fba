import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, upstream } from '../harness/gateway.ts';
import { postBytes } from '../harness/raw-client.ts';

afterEach(closeAll);

/** How a connection ended: cleanly, or by a reset. */
function ending(url: string, bytes: string): Promise<{ text: string; error: string | undefined }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    let error: string | undefined;
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', (thrown: NodeJS.ErrnoException) => {
      error = thrown.code;
    });
    socket.on('close', () => resolve({ text, error }));
  });
}

/** nginx speaks HTTP/1.0 to its upstreams unless told otherwise: there the end of the connection is the end mark. */
describe('a broken answer over HTTP/1.0 ends in a reset', () => {
  it('after the error event, which arrives', async () => {
    const model = await upstream({ events: 10, eventMs: 20, reset: 3 });
    const gateway = await gatewayWith(cluster([model]));
    const body = JSON.stringify({ ...ANTHROPIC_REQUEST, stream: true });
    const bytes = postBytes('/v1/messages', body).replace('HTTP/1.1', 'HTTP/1.0');
    const { text, error } = await ending(gateway.url, bytes);
    expect(text).toContain('event: error');
    expect(error).toBe('ECONNRESET');
  });

  it('while a whole one ends cleanly', async () => {
    const gateway = await gatewayWith(cluster([await upstream()]));
    const body = JSON.stringify({ ...ANTHROPIC_REQUEST, stream: true });
    const bytes = postBytes('/v1/messages', body).replace('HTTP/1.1', 'HTTP/1.0');
    const { text, error } = await ending(gateway.url, bytes);
    expect(text).toContain('event: message_stop');
    expect(error).toBeUndefined();
  });
});
