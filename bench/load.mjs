// The clients: raw sockets that speak just enough HTTP/1.1, and compare every answer byte for byte as it comes.
import { connect } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { serialBytes } from './template.mjs';

const HEADERS_END = '\r\n\r\n';
const REQUEST_HEAD =
  'POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: sk-client\r\nanthropic-version: 2023-06-01\r\n' +
  'user-agent: bench\r\naccept: application/json\r\ncontent-type: application/json\r\ncontent-length: ';
const CR = 13;
const LF = 10;

/** One buffer for all sockets: a read is used up before the next one starts. */
const READ_BUFFER = Buffer.allocUnsafe(256 * 1024);

let serials = Math.floor(Math.random() * 1e6) * 1e5;

/** How a chunked body goes on. */
const SIZE = 0;
const DATA = 1;
const DATA_END = 2;
const TRAILER = 3;

/** One keep-alive connection; asks one request at a time. */
export class Client {
  /** @param {number} port of the gateway, on loopback */
  constructor(port) {
    this.running = undefined;
    this.held = undefined;
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: READ_BUFFER, callback: (size, buffer) => this.#read(size, buffer) },
    });
    this.socket.on('error', (error) => this.#fail(`connection failed: ${error.code ?? error.message}`));
    this.socket.on('close', () => this.#fail('connection closed before the answer was whole'));
  }

  /**
   * Sends one request. Resolves to the delay until the answer's first byte, in ms, once the answer is whole and right;
   * rejects with what is wrong. `counts.bytes` grows with each body byte that was right, `onFirst` fires at the first one.
   */
  ask(payload, counts = { bytes: 0 }, onFirst = undefined) {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) return reject(new Error('connection is closed'));
      const serial = serialBytes(serials++);
      this.running = {
        payload,
        counts,
        onFirst,
        serial,
        resolve,
        reject,
        position: 0,
        inHeaders: true,
        chunked: false,
        left: 0,
        step: SIZE,
        line: 0,
        toFirstMs: 0,
        sentAt: 0,
        text: '',
      };
      this.#send(payload.request, serial);
    });
  }

  /** Leaves without the wait that a tidy end would cost the machine's ports. */
  close() {
    this.running = undefined;
    this.socket.resetAndDestroy();
  }

  #send(request, serial) {
    const head = `${REQUEST_HEAD}${request.length}${HEADERS_END}`;
    this.running.sentAt = performance.now();
    if (request.length < 4096) {
      this.socket.write(Buffer.concat([Buffer.from(head), request.fill(serial)]));
      return;
    }
    this.socket.cork();
    this.socket.write(head);
    this.socket.write(request.head);
    this.socket.write(serial);
    this.socket.write(request.tail);
    this.socket.uncork();
  }

  #fail(why) {
    const run = this.running;
    this.running = undefined;
    this.socket.destroy();
    run?.reject(
      new Error(
        `${why} (${run.payload.how} answer, after ${run.position} of ${run.payload.answer.length} bytes)`,
      ),
    );
  }

  #read(size, buffer) {
    let piece = buffer;
    let end = size;
    if (this.held) {
      piece = Buffer.concat([this.held, buffer.subarray(0, size)]);
      end = piece.length;
      this.held = undefined;
    }
    let at = 0;
    while (at < end && this.running)
      at = this.running.inHeaders ? this.#headers(piece, end) : this.#body(piece, at, end);
    return true;
  }

  #headers(piece, end) {
    const run = this.running;
    const headersEnd = piece.subarray(0, end).indexOf(HEADERS_END);
    if (headersEnd < 0) {
      this.held = Buffer.from(piece.subarray(0, end));
      return end;
    }
    const head = piece.latin1Slice(0, headersEnd);
    if (!head.startsWith('HTTP/1.1 200')) {
      this.#fail(`answered ${piece.latin1Slice(0, Math.min(end, headersEnd + 400)).replaceAll(/\s+/g, ' ')}`);
      return end;
    }
    run.chunked = /\r\ntransfer-encoding: *chunked/i.test(head);
    run.left = run.chunked ? 0 : Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? -1);
    if (run.left < 0) this.#fail('answer has neither length nor chunks');
    run.inHeaders = false;
    return headersEnd + HEADERS_END.length;
  }

  #body(piece, from, end) {
    const run = this.running;
    if (!run.chunked) {
      const to = Math.min(end, from + run.left);
      run.left -= to - from;
      if (this.#take(piece, from, to) && run.left === 0) this.#finish();
      return to;
    }
    let at = from;
    if (run.step === DATA) {
      at = Math.min(end, from + run.left);
      run.left -= at - from;
      if (!this.#take(piece, from, at)) return end;
      if (run.left === 0) run.step = DATA_END;
      return at;
    }
    const byte = piece[at];
    if (run.step === SIZE) {
      if (byte === LF) run.step = run.left === 0 ? TRAILER : DATA;
      else if (byte !== CR) run.left = run.left * 16 + Number.parseInt(String.fromCharCode(byte), 16);
    } else if (run.step === DATA_END) {
      if (byte === LF) run.step = SIZE;
    } else if (byte === LF) this.#finish();
    return at + 1;
  }

  /** Compares one piece of the body with what must stand there. */
  #take(piece, from, to) {
    const run = this.running;
    if (run.toFirstMs === 0) {
      run.toFirstMs = performance.now() - run.sentAt;
      run.onFirst?.();
    }
    if (run.payload.how === 'quiet' || run.payload.how === 'whole') {
      run.text += piece.latin1Slice(from, to);
      run.position += to - from;
      run.counts.bytes += to - from;
      return true;
    }
    if (!run.payload.answer.matches(run.position, piece, from, to, run.serial)) {
      this.#fail(
        `answer differs near byte ${run.position}: ${JSON.stringify(piece.latin1Slice(from, Math.min(to, from + 120)))}`,
      );
      return false;
    }
    run.position += to - from;
    run.counts.bytes += to - from;
    return true;
  }

  #finish() {
    const run = this.running;
    const { answer, how } = run.payload;
    if (how === 'whole') {
      const body = Buffer.from(run.text, 'latin1');
      if (!answer.matches(0, body, 0, body.length, run.serial) || body.length !== answer.length) {
        if (!sameJson(body, run.payload.rebuilt.fill(run.serial)))
          return this.#fail(`answer differs: ${body.subarray(0, 600)}`);
        run.counts.rebuilt = (run.counts.rebuilt ?? 0) + 1;
      }
      run.position = answer.length;
    } else if (how === 'quiet') {
      const body = Buffer.from(withoutHeartbeats(run.text), 'latin1');
      if (!answer.matches(0, body, 0, body.length, run.serial)) return this.#fail('answer differs');
      run.position = body.length;
    }
    if (run.position !== answer.length) return this.#fail('answer is too short');
    this.running = undefined;
    run.resolve(run.toFirstMs);
  }
}

/** A gateway may keep a silent stream awake; that is not part of the model's answer. */
function withoutHeartbeats(text) {
  return text.replaceAll(/(?<=^|\n\n)(?:event: ping\ndata: [^\n]*\n\n|:[^\n]*\n\n)/g, '');
}

/** A gateway that had the answer as a stream and put it together may order or space it differently. */
function sameJson(one, other) {
  try {
    return isDeepStrictEqual(JSON.parse(one.toString()), JSON.parse(other.toString()));
  } catch {
    return false;
  }
}
