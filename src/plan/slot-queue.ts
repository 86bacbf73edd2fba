/** A place in the queue for a slot. It is kept over several waits, so that a woken request does not lose its turn. */
export interface QueueSeat {
  /** Resolves at the next free slot that is this seat's turn. */
  readonly turn: () => Promise<void>;
  leave(): void;
}

/** Requests that wait for a slot, in the order in which they came, a queue a cluster. */
export interface SlotQueue {
  waiting(cluster: string): number;
  readonly anyWaiting: boolean;
  enter(cluster: string): QueueSeat;
  /**
   * A slot became free: all may look, the first one first. It may be one that the first can't use, which speaks
   * another protocol or has had its key refused by that endpoint.
   */
  freed(cluster: string): void;
}

interface Seat {
  wake: (() => void) | undefined;
}

export function createSlotQueue(): SlotQueue {
  const queues = new Map<string, Set<Seat>>();
  const queueOf = (cluster: string): Set<Seat> => {
    const known = queues.get(cluster) ?? new Set<Seat>();
    queues.set(cluster, known);
    return known;
  };
  return {
    waiting: (cluster) => queues.get(cluster)?.size ?? 0,
    get anyWaiting() {
      for (const queue of queues.values()) if (queue.size > 0) return true;
      return false;
    },
    enter(cluster) {
      const queue = queueOf(cluster);
      const seat: Seat = { wake: undefined };
      queue.add(seat);
      return {
        turn: () =>
          new Promise((resolve) => {
            seat.wake = resolve;
          }),
        leave: () => void queue.delete(seat),
      };
    },
    freed(cluster) {
      for (const seat of queues.get(cluster) ?? []) {
        seat.wake?.();
        seat.wake = undefined;
      }
    },
  };
}
