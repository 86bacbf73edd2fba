import type { Clock, Timer } from '../platform/clock.ts';
import type { SimulatorEdge } from './script.ts';

/** The edge's timers over one call. */
export interface EdgeWatch {
  /** A body byte passed. */
  touch(): void;
  stop(): void;
}

/** Starts an edge's timers. */
export function watchEdge(
  edge: SimulatorEdge,
  clock: Clock,
  onCut: (timer: 'silence' | 'total') => void,
): EdgeWatch {
  const timers: Timer[] = [];
  const stop = (): void => {
    for (const timer of timers) timer.cancel();
  };
  const silence = clock.timer(edge.silenceMs, () => onCut('silence'));
  timers.push(silence);
  if (edge.totalMs !== undefined) timers.push(clock.timer(edge.totalMs, () => onCut('total')));
  return { touch: () => silence.refresh(), stop };
}
