/** Longer names are no session ids, and each is kept for affinity. */
const MAX_SESSION_CHARS = 512;

/** A usable session id, or undefined. */
export const sessionOf = (id: unknown): string | undefined =>
  typeof id === 'string' && id !== '' && id.length <= MAX_SESSION_CHARS ? id : undefined;
