import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeAdmin, fakeAdmin } from '../../test/doubles/fake-admin.ts';
import { createFakeClock, type FakeClock } from '../../test/doubles/fake-clock.ts';

let clock: FakeClock;
let admin: FakeAdmin;
let socket: Socket;
let read: string;
let ended: boolean;

beforeEach(async () => {
  clock = createFakeClock();
  admin = await fakeAdmin({ clock });
  read = '';
  ended = false;
  socket = connect(admin.port, '127.0.0.1');
  socket.on('data', (part) => {
    read += part.toString();
  });
  socket.on('end', () => {
    ended = true;
  });
  socket.on('error', () => {
    // The other side has closed on what was too much.
  });
});

afterEach(async () => {
  socket.destroy();
  await admin.close();
});

const head = (more: string) =>
  socket.write(`POST /__qcc__/config/check HTTP/1.1\r\nhost: 127.0.0.1\r\nx-qcc-admin: 1\r\n${more}\r\n\r\n`);

/** Time goes on until something has happened, however long this machine takes to get there. */
async function passing(ms: number, happened: () => boolean): Promise<void> {
  await expect
    .poll(() => {
      clock.advance(ms);
      return happened();
    })
    .toBe(true);
}

describe('a body that does not come as it should', () => {
  it('and stands still is waited for, but not for long', async () => {
    head('content-length: 20');
    socket.write('{"text"');
    await passing(10_000, () => read.includes('request_timeout'));
    expect(read).toMatch(/^HTTP\/1\.1 408 .*connection: close/is);
    await expect.poll(() => ended).toBe(true);
  });

  it('and trickles is waited for no longer', async () => {
    head('transfer-encoding: chunked');
    await passing(1_000, () => {
      socket.write('1\r\nx\r\n');
      return read.includes('request_timeout');
    });
  });

  it('and is announced as too long is not read', async () => {
    head('content-length: 999999999');
    await expect.poll(() => read).toContain('body_too_large');
    expect(read).toMatch(/^HTTP\/1\.1 413 .*connection: close/is);
  });

  it('and turns out too long is not read on', async () => {
    head('transfer-encoding: chunked');
    const piece = 'x'.repeat(65_536);
    for (let n = 0; n < 17; n += 1) socket.write(`10000\r\n${piece}\r\n`);
    await expect.poll(() => read).toContain('body_too_large');
  });

  it('and breaks off is nobody’s loss: the next one is served', async () => {
    head('content-length: 20');
    socket.write('{"text"');
    socket.destroy();
    expect(await admin.post('/__qcc__/config/check', { text: 'a' })).toMatchObject({ status: 200 });
    expect(admin.calls).toEqual([['checkConfig', 'a']]);
  });
});

it('one that comes whole leaves the connection open for the next', async () => {
  head('content-length: 12');
  socket.write('{"text":"a"}');
  await expect.poll(() => read).toContain('"problems"');
  head('content-length: 12');
  socket.write('{"text":"b"}');
  await expect.poll(() => read.split('"problems"').length).toBe(3);
  expect(admin.calls).toEqual([
    ['checkConfig', 'a'],
    ['checkConfig', 'b'],
  ]);
});
