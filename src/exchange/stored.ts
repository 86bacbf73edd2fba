import type { FlowControl } from '../domain/answer.ts';
import { NO_BODY } from '../domain/body.ts';
import type { StoredAnswer } from '../domain/ledger.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import { Journal } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { GENERATE_PATHS } from '../protocols/protocols.ts';
import type { Note } from '../record/record.ts';
import { fingerprintOf } from './fingerprint.ts';
import { Exchange, keyOf } from './life.ts';

/** A finished exchange that its client has a name for, as it is kept over a restart. Undefined: nothing to keep. */
export function storedAnswerOf(exchange: Exchange, expiresAt: number): StoredAnswer | undefined {
  const { request, journal } = exchange;
  const key = keyOf(request);
  const { head } = journal;
  if (journal.end?.kind !== 'complete' || !head || !journal.whole || (key === undefined && !exchange.ticket))
    return undefined;
  return {
    id: exchange.id,
    ...(key === undefined ? {} : { key }),
    clientName: request.client.name,
    clientCredential: request.client.credential,
    fingerprint: exchange.fingerprint ?? fingerprintOf(request),
    protocol: request.protocol,
    stream: request.stream,
    startedAt: exchange.note.startedAt,
    expiresAt,
    ...head,
    body: journal.bytes(),
  };
}

const NO_FLOW: FlowControl = { pause: () => undefined, resume: () => undefined };

/** What is left of a request whose answer is kept: enough to find it and to shape it. */
function requestOf(stored: StoredAnswer, now: number): IdentifiedRequest {
  const { id, key, protocol, stream, clientName: name, clientCredential: credential } = stored;
  const idempotencyKey = key?.slice(`${name} ${credential} `.length);
  return {
    id,
    protocol,
    stream,
    method: 'POST',
    path: GENERATE_PATHS[protocol],
    query: '',
    headers: {},
    rawHeaders: [],
    body: NO_BODY,
    receivedAt: now,
    listener: '',
    client: { name, credential },
    operation: 'generate',
    thinking: false,
    background: false,
    resumable: true,
    async: key === undefined,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

/** A stored answer as a finished exchange that clients can follow. */
export function exchangeOf(
  stored: StoredAnswer,
  clock: Clock,
  noteOf: (request: IdentifiedRequest) => Note,
  onKept: (weight: number) => void,
): Exchange {
  const journal = new Journal(clock, true, onKept);
  journal.open({ status: stored.status, headers: stored.headers, form: stored.form }, NO_FLOW);
  if (stored.body.length > 0) journal.append(stored.body);
  journal.finish({ kind: 'complete' });
  const request = requestOf(stored, clock.now());
  const note = noteOf(request);
  const exchange = new Exchange({ request, journal, note, onDisconnect: 'keep', deadlineAt: undefined });
  exchange.fingerprint = stored.fingerprint;
  exchange.end();
  return exchange;
}
