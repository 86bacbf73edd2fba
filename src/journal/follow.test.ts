import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/doubles/fake-clock.ts';
import type { FlowControl } from '../domain/answer.ts';
import type { Downstream, DownstreamListener } from '../domain/downstream.ts';
import { Journal } from './answer-journal.ts';
import { follow } from './follow.ts';
import type { Followed, FollowOptions } from './followed.ts';

/** A client whose buffer takes one chunk at a time, until `drain`. */
function slowClient() {
  const received: string[] = [];
  let listener: DownstreamListener | undefined;
  let ended = false;
  const client = {
    received,
    abandoned: false,
    drain: () => listener?.onDrain(),
    /** All that was written is read, at last. */
    flush() {
      if (ended) listener?.onFlushed();
    },
    leave: () => listener?.onGone(),
  };
  const downstream: Downstream = {
    headSent: false,
    gone: false,
    get sentBytes() {
      return received.join('').length;
    },
    listen(given) {
      listener = given;
    },
    head: () => undefined,
    write(chunk) {
      received.push(Buffer.from(chunk).toString());
      return false;
    },
    end() {
      ended = true;
    },
    answer: (_status, _headers, body) => void received.push(body.toString()),
    breakOff: () => undefined,
    abandon() {
      client.abandoned = true;
    },
    onTaken: () => undefined,
  };
  return { ...client, downstream, isAbandoned: () => client.abandoned };
}

function followed(more: Partial<FollowOptions> = {}) {
  const clock = createFakeClock();
  const journal = new Journal(clock, true, () => undefined);
  const client = slowClient();
  const endings: Followed[] = [];
  const options: FollowOptions = {
    protocol: 'openai-chat',
    requestId: 'r',
    stream: true,
    hideUsage: false,
    language: 'en',
    clock,
    receivedAt: clock.now(),
    beat: undefined,
    cutAt: undefined,
    patience: undefined,
    stallMs: 60_000,
    skipBytes: 0,
    headers: [],
    ...more,
  };
  follow(journal, client.downstream, options, {
    onBeat: () => undefined,
    onFollowed: (ending) => endings.push(ending),
  });
  return { clock, journal, client, endings };
}

const HEAD = { status: 200, headers: [], form: 'events' } as const;
const NO_FLOW: FlowControl = { pause: () => undefined, resume: () => undefined };

describe('follow', () => {
  it('keeps the order when the upstream goes on within the very call that lets it', () => {
    const { journal, client, endings } = followed();
    // Like an HTTP parser that has bytes at hand: it hands them over before `resume` returns.
    let next = 0;
    const piece = () => {
      next += 1;
      return Buffer.from(`${String(next).padStart(5, '0')}${'x'.repeat(40_000)}`);
    };
    let paused = false;
    const flow: FlowControl = {
      pause: () => {
        paused = true;
      },
      resume() {
        paused = false;
        while (!paused && next < 60) journal.append(piece());
      },
    };
    journal.open(HEAD, flow);
    flow.resume();
    for (let i = 0; i < 200; i += 1) client.drain();
    journal.finish({ kind: 'complete' });
    client.drain();
    client.flush();
    expect(endings).toEqual([{ kind: 'delivered' }]);
    const order = client.received
      .join('')
      .split('x')
      .filter((part) => part !== '')
      .map(Number);
    expect(order).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });

  it('counts as delivered what was flushed, not what was handed over', () => {
    const { journal, client, endings } = followed();
    journal.open(HEAD, NO_FLOW);
    journal.append(Buffer.from('data: [DONE]\n\n'));
    journal.finish({ kind: 'complete' });
    client.drain();
    expect(endings).toEqual([]);
    client.leave();
    expect(endings).toEqual([{ kind: 'left', silentMs: 0 }]);
  });

  it('gives up a client that takes nothing, once that has been so for long', () => {
    const { clock, journal, client, endings } = followed();
    journal.open(HEAD, NO_FLOW);
    journal.append(Buffer.from('data: 1\n\n'));
    clock.advance(59_000);
    expect(endings).toEqual([]);
    clock.advance(1_000);
    expect(endings).toEqual([{ kind: 'left', silentMs: 60_000 }]);
    expect(client.isAbandoned()).toBe(true);
  });

  it('gives up one that does not take the rest of an answer that is whole', () => {
    const { clock, journal, client, endings } = followed();
    journal.open(HEAD, NO_FLOW);
    journal.append(Buffer.from('data: [DONE]\n\n'));
    journal.finish({ kind: 'complete' });
    client.drain();
    clock.advance(60_000);
    expect(endings).toMatchObject([{ kind: 'left' }]);
  });

  it('does not give up a client for whom there is nothing yet', () => {
    const { clock, journal, client, endings } = followed();
    clock.advance(600_000);
    journal.open(HEAD, NO_FLOW);
    journal.append(Buffer.from('data: 1\n\n'));
    client.drain();
    clock.advance(600_000);
    expect(endings).toEqual([]);
  });
});
