// The model's stand-in: a socket server that answers with bytes made in advance. It checks that the request
// body arrived as it was sent, and says 400 if not. It speaks just enough HTTP/1.1 for that.
import { createServer } from 'node:net';
import { BURST_EVENTS_PER_CHUNK, DELTA, makePayloads } from './payloads.mjs';
import { SERIAL_BYTES } from './template.mjs';

const EVENT_PAUSE_MS = 10;
const HEADERS_END = '\r\n\r\n';

const sizes = JSON.parse(process.argv[2] ?? '{"pacedEvents":400,"burstChunks":400}');
const payloads = Object.values(makePayloads(sizes));
const byLength = new Map(payloads.map((payload) => [payload.request.length, payload]));

/** One piece of a chunked body. */
function chunk(bytes) {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

const STREAM_HEAD = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n' +
    'request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n',
);
const ONE_EVENT = chunk(Buffer.from(DELTA));
const BURST_CHUNK = chunk(Buffer.from(DELTA.repeat(BURST_EVENTS_PER_CHUNK)));
const CHUNKS_A_WRITE = 8;
const BURST_WRITE = Buffer.concat(Array.from({ length: CHUNKS_A_WRITE }, () => BURST_CHUNK));
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
for (const payload of payloads) {
  payload.head = Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nrequest-id: req_bench\r\ncontent-length: ${payload.answer.length}\r\n\r\n`,
  );
  if (payload.stream) payload.end = Buffer.concat([chunk(payload.closing), LAST_CHUNK]);
}

/** Paced streams by the tick in which their next event is due; spread, so that no two share a moment by design. */
const tracks = Array.from({ length: EVENT_PAUSE_MS }, () => new Set());
let nextTrack = 0;
let tick = 0;
let pacer;
const quiet = new Set();

/** Sends one event to every stream of each tick that has passed. */
function pace() {
  const now = Math.floor(performance.now());
  while (tick < now) {
    tick += 1;
    const track = tracks[tick % EVENT_PAUSE_MS];
    for (const stream of track) {
      if (stream.socket.destroyed) track.delete(stream);
      else if (stream.left-- > 0) stream.socket.write(ONE_EVENT);
      else {
        track.delete(stream);
        stream.socket.write(stream.payload.end);
      }
    }
  }
  if (tracks.every((track) => track.size === 0)) {
    clearInterval(pacer);
    pacer = undefined;
  }
}

function startPaced(socket, payload) {
  if (!pacer) {
    tick = Math.floor(performance.now());
    pacer = setInterval(pace, 1);
  }
  tracks[nextTrack++ % EVENT_PAUSE_MS].add({ socket, payload, left: payload.deltas });
}

function sendBurst(socket, payload) {
  let left = payload.deltas / BURST_EVENTS_PER_CHUNK;
  const more = () => {
    while (left > 0 && !socket.destroyed) {
      const whole = left >= CHUNKS_A_WRITE;
      left -= whole ? CHUNKS_A_WRITE : 1;
      if (!socket.write(whole ? BURST_WRITE : BURST_CHUNK)) {
        socket.once('drain', more);
        return;
      }
    }
    if (!socket.destroyed) socket.write(payload.end);
  };
  more();
}

function answer(socket, payload, serial, streamAsked) {
  if (streamAsked) {
    socket.write(Buffer.concat([STREAM_HEAD, chunk(payload.asStream.fill(serial)), LAST_CHUNK]));
    return;
  }
  if (payload.how === 'whole') {
    socket.write(Buffer.concat([payload.head, payload.answer.fill(serial)]));
    return;
  }
  if (payload.how === 'at-once') {
    socket.write(Buffer.concat([STREAM_HEAD, chunk(payload.answer.fill(serial)), LAST_CHUNK]));
    return;
  }
  socket.write(Buffer.concat([STREAM_HEAD, chunk(payload.opening.fill(serial))]));
  if (payload.how === 'paced') startPaced(socket, payload);
  else if (payload.how === 'burst') sendBurst(socket, payload);
  else {
    socket.write(ONE_EVENT);
    quiet.add({ socket, payload });
  }
}

/** Ends the quiet streams, some at a time. */
function finishQuiet() {
  let batch = 0;
  for (const stream of quiet) {
    quiet.delete(stream);
    if (!stream.socket.destroyed) stream.socket.write(stream.payload.end);
    if (++batch === 200) return void setTimeout(finishQuiet, 2);
  }
}

function refuse(socket, status, why) {
  const body = JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message: why } });
  socket.write(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** What a gateway adds to a body to have its answer as a stream: the field, with a comma before or behind it. */
const STREAM_FIELD = '"stream":true';
const COMMA = 44;

/** Finds the kind of request a body is without the stream field that was added to it. */
function withoutStreamField(body) {
  const at = body.lastIndexOf(STREAM_FIELD);
  if (at < 1) return undefined;
  const behind = at + STREAM_FIELD.length;
  const before = body[at - 1] === COMMA;
  const original = Buffer.concat([
    body.subarray(0, before ? at - 1 : at),
    body.subarray(before ? behind : behind + 1),
  ]);
  const payload = byLength.get(original.length);
  const serial = Buffer.alloc(SERIAL_BYTES);
  if (!payload?.asStream || !payload.request.matches(0, original, 0, original.length, serial, true))
    return undefined;
  return { payload, serial };
}

/** Takes one connection's requests in turn; a body that was not changed is checked piece by piece and never kept. */
function serve(socket) {
  let held;
  let payload;
  let left = 0;
  let position = 0;
  let fault = '';
  let serial;
  let changed;
  let requestLine;

  const begin = (head) => {
    left = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    payload = byLength.get(left);
    position = 0;
    serial = Buffer.alloc(SERIAL_BYTES);
    fault = '';
    changed = payload ? undefined : Buffer.alloc(left);
    requestLine = head.slice(0, head.indexOf('\r\n'));
  };

  const end = () => {
    if (fault) return refuse(socket, 400, fault);
    if (payload) return answer(socket, payload, serial, false);
    const found = withoutStreamField(changed);
    if (found) answer(socket, found.payload, found.serial, true);
    else refuse(socket, 404, `no kind of request has this body of ${position} bytes (${requestLine})`);
  };

  socket.on('data', (data) => {
    let piece = data;
    let at = 0;
    while (at < piece.length) {
      if (left === 0) {
        if (held) piece = Buffer.concat([held, piece.subarray(at)]);
        else if (at > 0) piece = piece.subarray(at);
        at = 0;
        const headersEnd = piece.indexOf(HEADERS_END);
        held = headersEnd < 0 ? piece : undefined;
        if (headersEnd < 0) return;
        begin(piece.latin1Slice(0, headersEnd));
        at = headersEnd + HEADERS_END.length;
      }
      const to = Math.min(piece.length, at + left);
      if (changed) piece.copy(changed, position, at, to);
      else if (!fault && !payload.request.matches(position, piece, at, to, serial, true)) {
        fault = `the request body differs from what was sent, near byte ${position}`;
      }
      left -= to - at;
      position += to - at;
      at = to;
      if (left === 0) end();
    }
  });
  socket.on('error', () => socket.destroy());
}

const server = createServer({ noDelay: true }, serve);
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send?.({ port: server.address().port }),
);

/** Processes under test: if the run is killed and can't end them, this one does. */
const guarded = new Set();
process.on('message', ({ finishQuietStreams, guard, release }) => {
  if (finishQuietStreams) finishQuiet();
  if (guard) guarded.add(guard);
  if (release) guarded.delete(release);
});
process.on('disconnect', () => {
  for (const pid of guarded) process.kill(pid, 'SIGKILL');
  process.exit(0);
});
