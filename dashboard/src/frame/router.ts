import { computed, signal } from '@preact/signals';

/** Where one is: `#/request/req-1?tab=x` is page `request`, id `req-1`, query `tab=x`. */
export interface Place {
  readonly page: string;
  readonly id?: string;
  readonly query: URLSearchParams;
}

/** Values of a query; what is undefined, false or empty is left out, true is written `1`. */
export type QueryValues = Readonly<Record<string, string | number | boolean | undefined>>;

const FIRST_PAGE = 'now';

/** Reads the hash of an address; nonsense in it leads to the first page or to a page that is not there, never to an exception. */
export function parsePlace(hash: string): Place {
  const [path = '', ...rest] = hash.replace(/^#?\/?/, '').split('?');
  const [page = '', ...more] = path.split('/').map(decoded);
  const id = more.join('/');
  return { page: page || FIRST_PAGE, ...(id ? { id } : {}), query: new URLSearchParams(rest.join('?')) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a page, to be used as `href`: `#/request/req-1?tab=x`. */
export function href(page: string, id?: string, query: QueryValues | URLSearchParams = {}): string {
  const params = query instanceof URLSearchParams ? query : changed(new URLSearchParams(), query);
  const text = params.toString();
  return `#/${page}${id === undefined ? '' : `/${encodeURIComponent(id)}`}${text ? `?${text}` : ''}`;
}

/** A copy of `query` with some values set, or removed. */
export function changed(query: URLSearchParams, values: QueryValues): URLSearchParams {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === false || value === '') next.delete(name);
    else next.set(name, value === true ? '1' : String(value));
  }
  return next;
}

const hash = signal(globalThis.location?.hash ?? '');

/** Reading `.value` in a component renders it anew when one goes elsewhere. */
export const place = computed(() => parsePlace(hash.value));

/** Call once: follows the address. */
export function followAddress(): void {
  addEventListener('hashchange', () => {
    hash.value = location.hash;
  });
}

/** Goes to another page. */
export function go(page: string, id?: string, query?: QueryValues): void {
  location.hash = href(page, id, query);
}

/** Changes the query of the page one is on, without a new entry in the history: for filters as one types. */
export function setQuery(values: QueryValues): void {
  const { page, id, query } = place.value;
  history.replaceState(null, '', href(page, id, changed(query, values)));
  hash.value = location.hash;
}
