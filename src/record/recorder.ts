import { type Body, bodyOf } from '../domain/body.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { EndpointView, HealthEvent } from '../domain/health.ts';
import type { Delivery, ExchangeOpening, RecordObserver } from '../domain/ledger.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { OpenedOwnCall, OwnCall } from '../domain/own-call.ts';
import type { ClientRequest, IdentifiedRequest } from '../domain/request.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import type { Totals } from '../storage/storage.ts';
import type { Log, LogEvent } from '../telemetry/telemetry.ts';
import type { BegunCall } from './begun-call.ts';
import { createDesk, type DeskPorts } from './desk.ts';
import { endLine, gaveUpLine, healthLine } from './lines.ts';
import { CallNote, type FollowedRecord, type LeftFate, Note, type NoteOpening, noteEnding } from './note.ts';
import { contextOf, createWatchers } from './observers.ts';
import { ownDelivery, ownNote } from './own-call.ts';

export type { Totals };

export interface PickedRecord {
  readonly endpoint: Endpoint;
  readonly why: string;
  /** It is expected to cut the answer, and nothing better is to be had. */
  readonly edgeIgnored: boolean;
  readonly retryMax: number;
  readonly waitedMs: number;
}

/** Stage 6: puts what happened on record. Nothing here throws, or waits, or changes an answer. */
export interface Recorder {
  /** A request opens an exchange. On file with its first call: before that, nothing can have been charged. */
  opened(request: IdentifiedRequest, opening: NoteOpening): Note;
  /** A note for an exchange that an earlier run has put on record: nothing more is written of it. */
  adopted(request: IdentifiedRequest): Note;
  /** A request joins one. */
  joined(request: IdentifiedRequest, note: Note, how: 'live' | 'replay'): void;
  /** A request that never became an exchange: bad JSON, unknown path, over a limit. */
  turnedAway(request: ClientRequest, error: GatewayError, durationMs: number): void;
  picked(note: Note, picked: PickedRecord): void;
  /** On file when it returns: the call's first byte comes later. */
  callBegins(note: Note, endpoint: Endpoint, call: BegunCall): void;
  /** `body`: what was asked, for our own count of tokens where the upstream gave none. */
  callEnded(note: Note, outcome: Outcome, body: Body): void;
  /** A call broke as on a stale connection, and went out anew: two calls for the ledger, one attempt for the log. */
  sentAnew(note: Note, broken: Outcome, endpoint: Endpoint, call: BegunCall): void;
  /**
   * Opens a call of the gateway's own, as an exchange by itself: on file when this returns. It counts as money, and not
   * as a request: see `RecordObserver`.
   */
  ownCall(call: OwnCall): OpenedOwnCall;
  /** No attempt will be made any more, and nobody follows. */
  ended(note: Note, delivery: Delivery): void;
  /** A sign of life went out to a client; `joined`: not the first one. */
  beat(note: Note, joined: boolean): void;
  /** Nobody follows an exchange any more. */
  detached(note: Note, fate: { readonly kind: LeftFate; readonly why?: string }): void;
  /** A client has got what there was for it. */
  followed(note: Note, record: FollowedRecord): void;
  /** What counted as delivered was not taken: the connection was reset. */
  untaken(note: Note): void;
  /** Nobody can come for this answer any more. `undelivered`: why it was let go, where nobody had got it. */
  closed(note: Note, undelivered: { readonly why: string; readonly bytes: number } | undefined): void;
  /** An answer is no longer kept whole. */
  dropped(note: Note, why: string, bytes: number): void;
  health(events: readonly HealthEvent[]): void;
  internal(detail: string, id?: string): void;
  /** Since start. */
  totals(): Totals;
  /** Reads what waits to be read. */
  flush(): void;
}

/** What the recorder writes to, and looks up an endpoint's state in. */
export interface RecorderPorts extends Omit<DeskPorts, 'onTrouble'> {
  readonly log: Log;
  /** Told of all that goes on record, in their order. */
  readonly observers: readonly RecordObserver[];
  /** Monotonic, ms. */
  now(): number;
  /** By the wall clock, ms since the epoch. */
  wall(): number;
  view(endpointId: string): EndpointView | undefined;
  /** An id for a call of the gateway's own, as requests have them. */
  newId(): string;
}

export function createRecorder(ports: RecorderPorts): Recorder {
  return new GuardedRecorder(ports);
}

class GuardedRecorder implements Recorder {
  readonly #ports: RecorderPorts;
  readonly #watchers;
  readonly #desk;

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
    this.#watchers = createWatchers(ports.observers, (detail) => this.#say({ kind: 'internal', detail }));
    const onTrouble = (detail: string) => this.#say({ kind: 'internal', detail });
    this.#desk = createDesk({ ...ports, onTrouble }, this.#watchers);
  }

  opened(request: IdentifiedRequest, opening: NoteOpening): Note {
    this.#received(request);
    return new Note(request, opening, this.#wallOf(request.receivedAt));
  }

  adopted(request: IdentifiedRequest): Note {
    const opening = { cluster: '', scenario: 'chat', route: undefined, behindEdge: false } as const;
    return new Note(request, opening, this.#wallOf(request.receivedAt), 'earlier');
  }

  joined(request: IdentifiedRequest, note: Note, how: 'live' | 'replay'): void {
    this.#received(request);
    note.joined += 1;
    this.#say({ kind: 'joined', id: request.id, exchangeId: note.id, how });
    if (this.#watchers.any) this.#watchers.tell((observer) => observer.joined?.(how, contextOf(note)));
  }

  turnedAway({ id, method, path }: ClientRequest, error: GatewayError, durationMs: number): void {
    this.#say({ kind: 'request', id, method, path });
    this.#say(gaveUpLine(id, error, 0, durationMs));
    this.#watchers.tell((observer) => observer.turnedAway?.(error.code, error.status));
    this.#desk.count('failure', durationMs);
  }

  picked({ id, calls }: Note, { endpoint, why, edgeIgnored, retryMax, waitedMs }: PickedRecord): void {
    const { id: endpointId, baseUrl } = endpoint;
    const n = calls.length;
    if (n > 0) this.#say({ kind: 'retry', id, endpointId, baseUrl, n, max: retryMax, waitedMs });
    // Of a retry it is said too, where else only its ending would tell that the door that fits was not to be had.
    if (n === 0 || edgeIgnored) this.#say({ kind: 'picked', id, endpointId, baseUrl, why });
  }

  callBegins(note: Note, endpoint: Endpoint, call: BegunCall): void {
    const { model } = note;
    const asked = model === undefined ? undefined : (endpoint.models[model] ?? model);
    const n = note.calls.length + 1;
    note.calls.push(new CallNote(n, endpoint.id, call, asked));
    note.endpointId = endpoint.id;
    const startedAt = this.#ports.wall();
    const { store } = this.#ports;
    try {
      if (n > 1) store.openAttempt(note.id, n, endpoint.id, startedAt, call.why);
      else store.openExchange(note as ExchangeOpening, { endpointId: endpoint.id, startedAt, why: call.why });
    } catch (thrown) {
      this.#missed(thrown);
    }
  }

  callEnded(note: Note, outcome: Outcome, body: Body): void {
    this.#closeCall(note, outcome, body);
    if (outcome.kind !== 'failed' || outcome.cause === 'cancelled') return;
    const { endpointId, cause, phase, timer, status, detail, silenceMs, chargeRisk, times } = outcome;
    const optional = { ...(timer ? { timer } : {}), ...(status === undefined ? {} : { status }) };
    const facts = { endpointId, cause, phase, detail, silenceMs, chargeRisk, afterMs: times.totalMs };
    this.#say({ kind: 'attempt-failed', id: note.id, ...facts, ...optional });
  }

  sentAnew(note: Note, broken: Outcome, endpoint: Endpoint, call: BegunCall): void {
    this.#closeCall(note, broken, undefined);
    this.callBegins(note, endpoint, { ...call, queuedMs: 0, backoffMs: 0 });
  }

  ownCall(call: OwnCall): OpenedOwnCall {
    const note = ownNote(this.#ports.newId(), call, this.#ports.now(), this.#ports.wall());
    const begun = { why: call.purpose, streamed: call.streamed, queuedMs: 0, backoffMs: 0 };
    this.callBegins(note, call.endpoint, begun);
    return {
      sentAnew: (broken) => this.sentAnew(note, broken, call.endpoint, begun),
      ended: (outcome) => {
        this.#closeCall(note, outcome, bodyOf(call.body));
        note.answerStatus = outcome.status;
        this.ended(note, ownDelivery(outcome));
      },
    };
  }

  ended(note: Note, delivery: Delivery): void {
    if (note.delivery === 'running') note.delivery = delivery;
    this.#rowIsDue(note);
  }

  beat(note: Note, joined: boolean): void {
    if (!joined) note.heartbeats += 1;
    this.#watchers.tell((observer) => observer.heartbeat?.(note.protocol));
  }

  detached(note: Note, { kind, why = 'left' }: { readonly kind: LeftFate; readonly why?: string }): void {
    if (note.leftMs !== undefined) note.leftFate ??= kind;
    this.#say({ kind: 'detached', id: note.id, fate: kind, why });
  }

  followed(note: Note, record: FollowedRecord): void {
    const { followed, joined, durationMs, exchangeEnded } = record;
    const { kind } = followed;
    this.#desk.count(kind === 'delivered' ? 'success' : kind === 'left' ? 'neither' : 'failure', durationMs);
    noteEnding(note, joined, followed, this.#ports.now());
    if (exchangeEnded !== undefined) this.ended(note, exchangeEnded);
    try {
      this.#say(endLine(note, record));
    } catch (thrown) {
      this.#missed(thrown);
    }
  }

  untaken(note: Note): void {
    note.delivery = 'undelivered';
    if (note.served > 0) note.served -= 1;
    this.#rowIsDue(note);
  }

  closed(note: Note, undelivered: { readonly why: string; readonly bytes: number } | undefined): void {
    if (undelivered) this.#say({ kind: 'undelivered', id: note.id, ...undelivered });
  }

  dropped({ id }: Note, why: string, bytes: number): void {
    this.#say({ kind: 'not-kept', id, why, bytes });
  }

  health(events: readonly HealthEvent[]): void {
    if (events.length === 0) return;
    this.#guarded(() => this.#ports.store.appendHealthEvents(events));
    this.#watchers.tell((observer) => observer.health?.(events));
    for (const event of events)
      this.#guarded(() => {
        const line = healthLine(event, this.#ports.view(event.endpointId));
        if (line) this.#say(line);
      });
  }

  internal(detail: string, id?: string): void {
    this.#say({ kind: 'internal', detail, ...(id === undefined ? {} : { id }) });
  }

  totals(): Totals {
    return this.#desk.totals();
  }

  flush(): void {
    this.#desk.flush();
  }

  /** The wall clock's reading of an instant of the monotonic one. */
  #wallOf(instant: number): number {
    return this.#ports.wall() - (this.#ports.now() - instant);
  }

  #received({ id, method, path, model, client }: IdentifiedRequest): void {
    this.#say({ kind: 'request', id, method, path, model, client: client.name });
  }

  #closeCall(note: Note, outcome: Outcome, body: Body | undefined): void {
    const call = note.calls.at(-1);
    if (call === undefined || call.outcome !== undefined) return;
    call.outcome = outcome;
    call.body = body;
    note.status = outcome.status;
    this.#desk.soon(note);
  }

  #rowIsDue(note: Note): void {
    if (note.origin === 'earlier') return;
    // A client that comes later for the answer changes what became of it, not when it was over.
    note.endedAt ??= note.startedAt + (this.#ports.now() - note.openedAt);
    note.rowIsDue = true;
    this.#desk.soon(note);
  }

  #say(event: LogEvent): void {
    try {
      this.#ports.log.write(event);
    } catch {
      // A log that can't be written has nowhere to say so.
    }
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#missed(thrown);
    }
  }

  #missed(thrown: unknown): void {
    const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.#say({ kind: 'internal', detail: `something could not be put on record: ${detail}` });
  }
}
