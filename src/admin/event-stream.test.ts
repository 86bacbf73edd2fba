import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEventStream, type EventStream } from './event-stream.ts';

const BIG = JSON.stringify('x'.repeat(200_000));

let response: ServerResponse;
let stream: EventStream;
let reader: Socket;
let read: string;
let close: () => void;

beforeEach(async () => {
  read = '';
  const opened = new Promise<void>((resolve) => {
    const server = createServer((_, answer) => {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      response = answer;
      stream = createEventStream(answer);
      resolve();
    }).listen(0, '127.0.0.1', () => {
      reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
      reader.on('data', (part) => {
        read += part.toString();
      });
      reader.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    });
    close = () => {
      reader.destroy();
      server.close();
    };
  });
  await opened;
});

afterEach(() => close());

/** Fills what lies between until nothing more goes through. */
async function stall(): Promise<void> {
  reader.pause();
  while (stream.missed === 0) {
    stream.replace('state', BIG);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a reader that keeps up', () => {
  it('gets every event, in order', async () => {
    stream.push('a', '1');
    stream.replace('b', '2');
    stream.push('a', '3');
    await expect.poll(() => read).toContain('event: a\ndata: 3\n\n');
    expect(read).toContain('event: a\ndata: 1\n\n');
    expect(read).toContain('event: b\ndata: 2\n\n');
    expect(stream.missed).toBe(0);
  });
});

describe('a reader that does not', () => {
  it('gets the latest state alone, and the rows', async () => {
    await stall();
    for (let n = 0; n < 100; n += 1) stream.replace('state', `"state ${n}"`);
    stream.push('row', '"row 1"');
    stream.push('row', '"row 2"');
    expect(stream.missed).toBe(101);
    reader.resume();
    await expect.poll(() => read, { timeout: 5_000 }).toContain('row 2');
    expect(read).toContain('"state 99"');
    expect(read).toContain('"row 1"');
    expect(read).not.toContain('"state 98"');
    stream.replace('state', '"after"');
    expect(stream.missed).toBe(0);
  });

  it('makes nothing pile up', async () => {
    await stall();
    for (let n = 0; n < 2_000; n += 1) stream.push('row', `"row ${n}"`);
    reader.resume();
    await expect.poll(() => read, { timeout: 5_000 }).toContain('"row 1999"');
    expect(read).toContain('"row 1500"');
    expect(read).not.toContain('"row 1499"');
  });

  it('gets what waited before the end', async () => {
    await stall();
    stream.push('row', '"last"');
    stream.end();
    stream.push('row', '"too late"');
    reader.resume();
    await expect.poll(() => response.writableFinished, { timeout: 5_000 }).toBe(true);
    await expect.poll(() => read).toContain('"last"');
    expect(read).not.toContain('"too late"');
  });
});

describe('the end', () => {
  it.each<[string, () => void]>([
    ['of the reader', () => reader.destroy()],
    ['by a cut', () => stream.destroy()],
    [
      'by its own',
      () => {
        stream.end();
        reader.end();
      },
    ],
  ])('%s is told, once', async (_, end) => {
    let told = 0;
    stream.onClosed(() => {
      told += 1;
    });
    end();
    await expect.poll(() => told).toBe(1);
    stream.push('a', '1');
    stream.end();
    let late = 0;
    stream.onClosed(() => {
      late += 1;
    });
    expect([told, late]).toEqual([1, 1]);
  });
});
