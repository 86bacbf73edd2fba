import type { Endpoint } from '../domain/endpoint.ts';
import type { Exchange } from './life.ts';

/** The gateway's own headers on an answer. */
export function ownHeadersOf({ id, history, note }: Exchange, endpoint: Endpoint, why: string): string[] {
  return [
    'x-qcc-request-id',
    id,
    'x-qcc-endpoint',
    endpoint.id,
    'x-qcc-attempts',
    String(history.length + 1),
    'x-qcc-route',
    // A route may have any name; a header holds printable ASCII only.
    `${note.scenario}; ${PRINTABLE.test(why) ? why : why.replace(/[^\x20-\x7e]/g, '?')}`,
  ];
}

const PRINTABLE = /^[\x20-\x7e]*$/;
