import type { Socket } from 'node:net';

/**
 * One client's connection, as far as it tells what became of the last answer on it. What is with the system may never be
 * read: a reset says so, the next request or a clean close the contrary.
 */
class Connection {
  #onTaken: ((taken: boolean) => void) | undefined = undefined;

  /** An answer is with the system. */
  flushed(onTaken: (taken: boolean) => void): void {
    this.#onTaken = onTaken;
  }

  tell(taken: boolean): void {
    const onTaken = this.#onTaken;
    if (onTaken === undefined) return;
    this.#onTaken = undefined;
    onTaken(taken);
  }
}

const CONNECTION = Symbol('connection');

type Watched = Socket & { [CONNECTION]?: Connection };

/** To be called for each connection as it is accepted. */
export function watchConnection(socket: Socket): void {
  const connection = new Connection();
  (socket as Watched)[CONNECTION] = connection;
  socket.once('close', (hadError: boolean) => connection.tell(!hadError));
}

/** A further request came on it: whatever was answered before has been read. */
export function readOn(socket: Socket): void {
  (socket as Watched)[CONNECTION]?.tell(true);
}

/** Has `onTaken` told what becomes of the answer that was just flushed. */
export function onTaken(socket: Socket, listener: (taken: boolean) => void): void {
  (socket as Watched)[CONNECTION]?.flushed(listener);
}
