/** What the browser keeps; where it keeps nothing (private windows, a blocked store), nothing is remembered. */
function store(kind: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    return globalThis[kind];
  } catch {
    return undefined;
  }
}

export function remembered(kind: 'localStorage' | 'sessionStorage', name: string): string | undefined {
  try {
    return store(kind)?.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** `undefined` forgets it. */
export function remember(
  kind: 'localStorage' | 'sessionStorage',
  name: string,
  value: string | undefined,
): void {
  try {
    if (value === undefined) store(kind)?.removeItem(name);
    else store(kind)?.setItem(name, value);
  } catch {
    // A full or forbidden store costs only that the choice does not last.
  }
}
