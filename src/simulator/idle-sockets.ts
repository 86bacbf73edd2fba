import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../platform/clock.ts';

/**
 * Closes kept-alive sockets after an idle time of each script's own. Node's own keep-alive timeout is one for
 * the whole server and is announced in a header, which keeps clients from ever meeting a stale socket.
 */
export class IdleSockets {
  readonly #clock: Clock;
  readonly #timers = new Map<Socket, Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A request came on the socket. */
  busy(socket: Socket): void {
    this.#timers.get(socket)?.cancel();
    this.#timers.delete(socket);
  }

  /** Starts the idle time once the answer is out. */
  closeAfter(response: ServerResponse, idleMs: number): void {
    const { socket } = response;
    if (socket === null) return;
    response.on('finish', () => {
      if (socket.destroyed) return;
      this.#timers.set(
        socket,
        this.#clock.timer(idleMs, () => {
          this.#timers.delete(socket);
          socket.destroy();
        }),
      );
      socket.once('close', () => this.busy(socket));
    });
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
