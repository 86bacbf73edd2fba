import type { IdentifiedRequest } from '../domain/request.ts';
import { fingerprintOf, shelfOf } from './fingerprint.ts';
import { type Exchange, sameClient } from './life.ts';

/** Exchanges that nobody follows and that have something to give, where their client's next request will look. */
export class Shelves {
  /** Oldest first, by what is cheap to tell of a request. */
  readonly #shelves = new Map<string, Set<Exchange>>();

  put(exchange: Exchange): void {
    if (!exchange.request.resumable || exchange.isNamed || exchange.delivered) return;
    const name = shelfOf(exchange.request);
    const shelf = this.#shelves.get(name);
    if (shelf) shelf.add(exchange);
    else this.#shelves.set(name, new Set([exchange]));
  }

  take(exchange: Exchange): void {
    if (this.#shelves.size === 0) return;
    const name = shelfOf(exchange.request);
    const shelf = this.#shelves.get(name);
    shelf?.delete(exchange);
    if (shelf?.size === 0) this.#shelves.delete(name);
  }

  /** The one that the request repeats. */
  find(request: IdentifiedRequest): Exchange | undefined {
    if (this.#shelves.size === 0) return undefined;
    const shelf = this.#shelves.get(shelfOf(request));
    return shelf && alike(request, shelf);
  }
}

/** The SDKs of both vendors count their own repeats. */
export const isRepeat = ({ headers }: IdentifiedRequest): boolean =>
  Number(headers['x-stainless-retry-count']) > 0;

/**
 * A client that says it asks again is not mistaken for another one: of all exchanges that are there, the one that it repeats,
 * though its old connection looks open.
 */
export function twinAmong(request: IdentifiedRequest, all: Iterable<Exchange>): Exchange | undefined {
  const name = shelfOf(request);
  const twins: Exchange[] = [];
  for (const exchange of all)
    if (!exchange.isNamed && exchange.request.resumable && shelfOf(exchange.request) === name)
      twins.push(exchange);
  return alike(request, twins);
}

/** What makes two requests the same one, made only where there is something to compare with. */
export function fingerprint(exchange: Exchange): string {
  exchange.fingerprint ??= fingerprintOf(exchange.request);
  return exchange.fingerprint;
}

function alike(request: IdentifiedRequest, among: Iterable<Exchange>): Exchange | undefined {
  let wanted: string | undefined;
  for (const exchange of among) {
    const { head, whole } = exchange.journal;
    const plainForStream = request.stream && head?.form === 'plain' && head.status === 200;
    if (!whole || exchange.cancelled || plainForStream) continue;
    if (!sameClient(exchange.request.client, request.client)) continue;
    wanted ??= fingerprintOf(request);
    if (fingerprint(exchange) === wanted) return exchange;
  }
  return undefined;
}
