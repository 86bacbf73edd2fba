import { useEffect, useState } from 'preact/hooks';
import { type ApiError, askAgain, get, tokenTurn } from './api.ts';

/** What a page asked for: `value` stays while a newer one is on its way, so that nothing jumps. */
export interface Loaded<T> {
  readonly value: T | undefined;
  readonly error: ApiError | undefined;
  readonly loading: boolean;
  readonly again: () => void;
}

/**
 * Gets `path`, and gets it anew when it changes, every `everyMs` if given (not while the page is hidden), when
 * `turn` changes, and after `again()`. An answer that comes late, for a path that is not wanted any more, is dropped.
 */
export function useLoaded<T>(path: string | undefined, everyMs?: number, turn?: unknown): Loaded<T> {
  const [state, setState] = useState<{ path?: string; value?: T; error?: ApiError }>({});
  const [asked, setAsked] = useState(0);
  const token = tokenTurn.value;
  useEffect(() => {
    if (path === undefined) return;
    const controller = new AbortController();
    let busy = false;
    const load = async (): Promise<void> => {
      if (busy) return;
      busy = true;
      const told = await get<T>(path, controller.signal);
      busy = false;
      if (controller.signal.aborted) return;
      setState((before) =>
        told.ok
          ? { path, value: told.value }
          : { path, error: told.error, ...(before.value === undefined ? {} : { value: before.value }) },
      );
    };
    void load();
    const timer =
      everyMs === undefined ? undefined : window.setInterval(() => !document.hidden && load(), everyMs);
    return () => {
      controller.abort();
      window.clearInterval(timer);
    };
  }, [path, everyMs, turn, asked, token]);
  return {
    value: state.value,
    error: state.error,
    loading: state.path !== path,
    again: () => {
      askAgain();
      setAsked((n) => n + 1);
    },
  };
}
