/** Keys can be whole JSON documents (`metadata.user_id`), which end with the session; hashing costs 1 ns each. */
const MOST_CHARACTERS = 512;

/** Finalizer of MurmurHash3 (Appleby, public domain): every bit of the input changes half of the output. */
function mixed(hash: number): number {
  let h = hash;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a over UTF-16 units, 32 bits, then mixed. Of a long text the last 512 characters and the length count. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5 ^ text.length;
  for (let i = Math.max(0, text.length - MOST_CHARACTERS); i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return mixed(hash);
}

/**
 * How far a session is from an endpoint: the nearest one gets it. Weighted rendezvous hashing (Schindelhauer
 * and Schomaker, 2005): `−ln(h) / weight` with h uniform in (0,1). An endpoint that goes takes only its own
 * sessions with it, and gets them back when it returns; shares are as the weights.
 */
export function distance(session: number, endpoint: number, weight: number): number {
  const h = (mixed(session ^ Math.imul(endpoint, 0x9e3779b1)) + 0.5) / 2 ** 32;
  return -Math.log(h) / weight;
}
