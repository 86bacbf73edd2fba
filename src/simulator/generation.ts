import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Tally } from './books.ts';
import { type EdgeWatch, watchEdge } from './edge.ts';
import { cloudflarePage, nginxPage, overloaded, type Page } from './refusals.ts';
import { type Call, sendJson, sendPage, sendRefusal, sendReplacement, vendorHeaders } from './replies.ts';
import { fill } from './template.ts';
import type { Timeline, Write } from './timeline.ts';

/** What a generation needs from around it. */
export interface GenerationSurroundings {
  readonly clock: Clock;
  readonly tally: Tally;
  /** Called once, when nothing more will happen. */
  readonly onEnd: (generation: Generation) => void;
}

/**
 * One generation and its delivery. They are two things: when an edge cuts, delivery ends and the generation
 * goes on, which is what makes such a call dear.
 *
 * Charged: a generation that ran to its end, and one that had produced content when it was cancelled or broke.
 * One that hangs behind an edge that cut counts as run to its end, since nobody told it to stop.
 */
export class Generation {
  readonly #call: Call;
  readonly #timeline: Timeline;
  readonly #around: GenerationSurroundings;
  readonly #createdSeconds: number;
  /** Absent once an edge has cut. */
  #response: ServerResponse | undefined;
  #edge: EdgeWatch | undefined;
  #timer: Timer | undefined;
  #timerMs = 0;
  #next = 0;
  #produced = 0;
  /** The wait before the next write is over. */
  #waited = false;
  /** The client reads slower than we write. */
  #blocked = false;
  #state: 'running' | 'hung' | 'ended' = 'running';

  constructor(call: Call, timeline: Timeline, around: GenerationSurroundings) {
    this.#call = call;
    this.#timeline = timeline;
    this.#around = around;
    this.#response = call.response;
    this.#createdSeconds = Math.floor(call.at / 1000);
  }

  /** Runs until the first wait, and from then on by itself. */
  start(): void {
    const { edge } = this.#call.script;
    this.#call.response.on('close', () => this.#clientLeft());
    if (edge !== undefined) {
      this.#edge = watchEdge(edge, this.#around.clock, (timer) => this.#cut(timer));
    }
    this.#advance();
  }

  /** Stops all timers, for the shutdown. */
  stop(): void {
    this.#state = 'ended';
    this.#timer?.cancel();
    this.#edge?.stop();
  }

  #advance(): void {
    const { writes, endWaitMs } = this.#timeline;
    while (this.#state === 'running' && !this.#blocked) {
      const write = writes[this.#next];
      const waitMs = write?.waitMs ?? endWaitMs;
      if (waitMs > 0 && !this.#waited) {
        this.#wait(waitMs);
        return;
      }
      this.#waited = false;
      this.#next += 1;
      if (write !== undefined) this.#produced = write.produced;
      // The last write carries the end along: one packet instead of two.
      if (this.#next >= writes.length && (write === undefined || endWaitMs === 0)) {
        this.#finish(write);
        return;
      }
      this.#send(write);
    }
  }

  #wait(ms: number): void {
    if (this.#timer !== undefined && this.#timerMs === ms) {
      this.#timer.refresh();
      return;
    }
    this.#timer?.cancel();
    this.#timerMs = ms;
    this.#timer = this.#around.clock.timer(ms, () => {
      this.#waited = true;
      this.#advance();
    });
  }

  #bytes(write: Write | undefined): Buffer | undefined {
    return write?.made === undefined ? undefined : fill(write.made, this.#call.id, this.#createdSeconds);
  }

  #sendHead(response: ServerResponse): void {
    if (response.headersSent) return;
    const type = this.#timeline.stream ? 'text/event-stream; charset=utf-8' : 'application/json';
    response.writeHead(200, [
      ...['content-type', type, 'cache-control', 'no-cache'],
      ...vendorHeaders(this.#call),
    ]);
  }

  #send(write: Write | undefined): void {
    const response = this.#response;
    const bytes = response === undefined ? undefined : this.#bytes(write);
    if (response === undefined || bytes === undefined) return;
    this.#sendHead(response);
    this.#edge?.touch();
    if (response.write(bytes)) return;
    this.#blocked = true;
    response.once('drain', () => {
      this.#edge?.touch();
      this.#unblock();
    });
  }

  #unblock(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#advance();
  }

  /** The end of the timeline; `last` is still to be written. */
  #finish(last: Write | undefined): void {
    const response = this.#response;
    const { ending } = this.#timeline;
    if (ending === 'hang') {
      this.#hang(last);
      return;
    }
    if (ending === 'replace') this.#around.tally.add('rejected');
    this.#settle(ending === 'answer' || (ending === 'truncate' && !this.#timeline.stream));
    if (response === undefined) return;
    if (ending === 'replace') {
      sendReplacement(this.#call);
      return;
    }
    if (ending === 'reset') {
      this.#reset(response, last);
      return;
    }
    if (this.#timeline.stream) {
      this.#sendHead(response);
      response.end(this.#bytes(last));
      return;
    }
    this.#endJson(response);
  }

  #endJson(response: ServerResponse): void {
    if (this.#timeline.ending === 'error') {
      sendRefusal(this.#call, overloaded(this.#call.protocol));
      return;
    }
    const body = this.#bytes({ waitMs: 0, produced: 0, ...madeOf(this.#timeline) });
    if (this.#timeline.ending === 'answer') {
      sendJson(this.#call, 200, body ?? '');
      return;
    }
    this.#sendHead(response);
    response.end(body);
  }

  /** What stays silent for ever; no timer of the generation runs any more, those of an edge do. */
  #hang(last: Write | undefined): void {
    this.#state = 'hung';
    this.#send(last);
    if (this.#timeline.head === 'alone' && this.#response !== undefined) this.#sendLoneHead(this.#response);
    if (this.#response === undefined) this.#settle(true);
  }

  /** @returns whether it went out: a Cloudflare-like edge holds a head back until there is a body byte */
  #sendLoneHead(response: ServerResponse): boolean {
    const { edge } = this.#call.script;
    if (edge !== undefined && edge.kind !== 'nginx') return false;
    this.#sendHead(response);
    response.flushHeaders();
    // To nginx a head is a read like any other.
    this.#edge?.touch();
    return true;
  }

  #reset(response: ServerResponse, last: Write | undefined): void {
    const bytes = this.#timeline.stream ? this.#bytes(last) : undefined;
    if (bytes !== undefined) {
      this.#sendHead(response);
      // Only once they are with the kernel: a socket destroyed earlier loses them.
      response.write(bytes, () => response.destroy());
    } else if (this.#timeline.head === 'alone' && this.#sendLoneHead(response)) {
      setImmediate(() => response.destroy());
    } else if (response.headersSent) response.destroy();
    else response.socket?.resetAndDestroy();
  }

  #cut(timer: 'silence' | 'total'): void {
    const response = this.#response;
    if (this.#state === 'ended' || response === undefined) return;
    // The client is the slow one: the edge has bytes to send.
    if (timer === 'silence' && this.#blocked) {
      this.#edge?.touch();
      return;
    }
    this.#edge?.stop();
    this.#response = undefined;
    if (response.headersSent) response.destroy();
    else sendPage(this.#call, ...this.#edgePage());
    if (this.#state === 'hung') this.#settle(true);
    else this.#unblock();
  }

  #edgePage(): [number, Page] {
    const { edge, body } = this.#call.script;
    if (edge?.kind === 'nginx') return [504, nginxPage(504)];
    const accepts = this.#call.request.headers.accept ?? '';
    const json = body === 'cloudflare-json' || (body !== 'html' && /\bjson\b/.test(accepts));
    return [524, cloudflarePage(524, this.#call.id, this.#around.clock.wall(), json)];
  }

  #clientLeft(): void {
    if (this.#state === 'ended' || this.#response === undefined) return;
    this.#around.tally.add('cancelled');
    this.#settle(false);
  }

  #settle(finished: boolean): void {
    this.stop();
    if (finished) this.#around.tally.add('finished');
    if (finished || this.#produced > 0) this.#around.tally.add('charged');
    this.#around.onEnd(this);
  }
}

const madeOf = (timeline: Timeline): Pick<Write, 'made'> =>
  timeline.json === undefined ? {} : { made: timeline.json };
