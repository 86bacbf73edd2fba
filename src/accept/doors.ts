import { fail } from '../domain/result.ts';
import type { Listener } from '../domain/settings.ts';
import { type AcceptOptions, type Door, openDoor, whyTaken as whyAddressTaken } from './door.ts';

/** The addresses a gateway listens on. */
export interface Doors {
  readonly urls: readonly string[];
  /**
   * Opens those that are not open yet. A problem in words stops at the first one that can't be had; after `close`
   * none can. Not while an earlier call is still opening: it would find addresses taken, by ourselves.
   */
  open(listeners: readonly Listener[]): Promise<string | undefined>;
  /** Closes those that are not among these; their running requests finish. */
  closeBut(listeners: readonly Listener[]): void;
  /** Resolves once the last connection is gone. */
  close(): Promise<void>;
  /** Cuts what is left. */
  destroy(): void;
}

/** Why one of these addresses can't be had; undefined where all can. Opens nothing for longer than it takes to see. */
export async function whyTaken(listeners: readonly Listener[]): Promise<string | undefined> {
  for (const listener of listeners) {
    const why = await whyAddressTaken(listener);
    if (why !== undefined) return why;
  }
  return undefined;
}

const keyOf = ({ host, port }: Listener): string => `${host}:${port}`;

const CLOSED = fail({ detail: 'the gateway is stopping' });

export function createDoors(accepting: AcceptOptions, onOpened: (url: string) => void): Doors {
  const doors = new Map<string, Door>();
  /** No longer wanted, but still busy. */
  const leaving = new Set<Door>();
  let closed = false;
  return {
    get urls() {
      return [...doors.values()].map((door) => door.url);
    },
    async open(listeners) {
      for (const listener of listeners) {
        if (doors.has(keyOf(listener))) continue;
        const door = closed ? CLOSED : await openDoor(listener, accepting);
        if (!door.ok) return door.error.detail;
        if (closed) {
          // It was on its way when the others closed; nobody would ever close it.
          void door.value.close();
          return CLOSED.error.detail;
        }
        doors.set(keyOf(listener), door.value);
        onOpened(door.value.url);
      }
      return undefined;
    },
    closeBut(listeners) {
      const wanted = new Set(listeners.map(keyOf));
      for (const [key, door] of doors) {
        if (wanted.has(key)) continue;
        doors.delete(key);
        leaving.add(door);
        void door.close().then(() => leaving.delete(door));
      }
    },
    async close() {
      closed = true;
      await Promise.all([...doors.values(), ...leaving].map((door) => door.close()));
    },
    destroy() {
      for (const door of [...doors.values(), ...leaving]) door.destroy();
    },
  };
}
