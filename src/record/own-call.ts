import { bodyOf } from '../domain/body.ts';
import { type Delivery, OWN_CLIENT } from '../domain/ledger.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { OwnCall } from '../domain/own-call.ts';
import { Note } from './note.ts';

const OURSELVES = { name: OWN_CLIENT, credential: '' } as const;
const NO_HEADERS = {};

/** A call of the gateway's own as an exchange: it came in by no listener, and is of no cluster. */
export function ownNote(id: string, call: OwnCall, now: number, wall: number): Note {
  const { protocol, path, model, streamed, body, purpose } = call;
  const request = {
    id,
    receivedAt: now,
    method: 'POST',
    path,
    protocol,
    operation: 'generate',
    stream: streamed,
    model,
    client: OURSELVES,
    listener: '',
    body: bodyOf(body),
    headers: NO_HEADERS,
  } as const;
  const opening = { cluster: '', scenario: 'chat', route: purpose, behindEdge: false } as const;
  return new Note(request, opening, wall, 'own');
}

/** An answer was had, if only a 4xx, which tells as much as any. */
export const ownDelivery = (outcome: Outcome): Delivery =>
  outcome.kind === 'failed' ? 'refused' : 'delivered';
