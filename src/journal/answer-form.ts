import type { Downstream } from '../domain/downstream.ts';
import { type GatewayError, gatewayError } from '../errors/gateway-error.ts';
import { type Aggregate, createAggregator, errorEvent, heartbeat } from '../protocols/protocols.ts';
import type { Journal } from './answer-journal.ts';
import { aggregateHeaders, withoutLength } from './downstream-headers.ts';
import type { Followed, FollowOptions } from './followed.ts';
import { hideUsage } from './hide-usage.ts';
import type { JournalEnd, JournalHead } from './reading.ts';
import { refuse, shapeOf } from './refuse.ts';

/** How the journal's answer looks to one client. */
export interface AnswerForm {
  /** What it takes goes to the client at once. */
  readonly givesOut: boolean;
  /** False: it needs only the end. */
  readonly wantsBytes: boolean;
  head(head: JournalHead): void;
  /** False: the client can't take more now. */
  take(bytes: Buffer): boolean;
  /** `delivered`: all was written, and will be once it is flushed. */
  end(end: JournalEnd): Followed;
  /** Another attempt's answer begins. */
  reset(): void;
  /** A sign of life, where one can be given now. */
  beat(): boolean;
  /** Ends the connection in a way that brings the client back. */
  sendAway(error: GatewayError): void;
}

type Options = Pick<
  FollowOptions,
  'protocol' | 'requestId' | 'stream' | 'hideUsage' | 'language' | 'skipBytes' | 'headers'
>;

const BLANK = Buffer.from(' ');

const EARLY_STREAM_HEADERS = [
  'content-type',
  'text/event-stream; charset=utf-8',
  'cache-control',
  'no-cache',
];
const EARLY_JSON_HEADERS = ['content-type', 'application/json'];

const DELIVERED: Followed = { kind: 'delivered' };

/** A client that streams gets the stream, the others its aggregate; what is no stream goes to each as it is. */
export function answerForm(journal: Journal, downstream: Downstream, options: Options): AnswerForm {
  return options.stream
    ? new StreamForm(journal, downstream, options)
    : new WholeForm(journal, downstream, options);
}

const ownHeaders = ({ requestId, headers }: Options): string[] => ['x-qcc-request-id', requestId, ...headers];

const joined = (head: readonly string[], own: readonly string[]): readonly string[] =>
  own.length === 0 ? head : [...head, ...own];

class StreamForm implements AnswerForm {
  readonly givesOut = true;
  readonly wantsBytes = true;
  readonly #journal: Journal;
  readonly #downstream: Downstream;
  readonly #options: Options;
  readonly #filter: ((bytes: Buffer) => Buffer) | undefined;
  /** A 200 with events is out already. */
  #early = false;
  /** An error status that can only be told as an event: what it says. */
  #plainAfterBeat: Buffer[] | undefined = undefined;

  constructor(journal: Journal, downstream: Downstream, options: Options) {
    this.#journal = journal;
    this.#downstream = downstream;
    this.#options = options;
    this.#filter = options.hideUsage ? hideUsage() : undefined;
  }

  reset(): void {
    this.#plainAfterBeat = undefined;
  }

  head(head: JournalHead): void {
    const { headers, skipBytes } = this.#options;
    if (this.#early && head.form === 'plain') this.#plainAfterBeat ??= [];
    else {
      const given = skipBytes > 0 ? withoutLength(head.headers) : head.headers;
      this.#downstream.head(head.status, joined(given, headers));
    }
  }

  take(bytes: Buffer): boolean {
    if (this.#plainAfterBeat) {
      this.#plainAfterBeat.push(bytes);
      return true;
    }
    return this.#downstream.write(this.#filter ? this.#filter(bytes) : bytes);
  }

  end(end: JournalEnd): Followed {
    if (end.kind === 'complete' && !this.#plainAfterBeat) {
      this.#downstream.end();
      return DELIVERED;
    }
    if (end.kind === 'refused' && !this.#downstream.headSent) {
      refuse(this.#downstream, end.error, this.#options);
      return { kind: 'refused', error: end.error };
    }
    const error =
      end.kind === 'complete' ? upstreamSaid(this.#journal.head, this.#plainAfterBeat ?? []) : end.error;
    // A clean end would be taken for a whole answer by half of the clients.
    if (end.kind !== 'broken' || end.tellable) this.#tell(error);
    this.#downstream.breakOff();
    return end.kind === 'broken' ? { kind: 'broken', error } : { kind: 'refused', error };
  }

  beat(): boolean {
    const { progress, head } = this.#journal;
    if (head && (head.form === 'plain' || progress?.atBoundary === false)) return false;
    if (!this.#downstream.headSent) {
      this.#early = true;
      this.#downstream.head(200, [...EARLY_STREAM_HEADERS, ...ownHeaders(this.#options)]);
    }
    const shown = head && progress ? progress : { started: false };
    this.#downstream.write(heartbeat(this.#options.protocol, shown));
    return true;
  }

  sendAway(error: GatewayError): void {
    if (!this.#downstream.headSent) return refuse(this.#downstream, error, this.#options);
    if (this.#journal.progress?.atBoundary !== false) this.#tell(error);
    this.#downstream.breakOff();
  }

  #tell(error: GatewayError): void {
    const { protocol, requestId, language } = this.#options;
    this.#downstream.write(errorEvent(protocol, shapeOf(error, requestId, language)));
  }
}

/** An error answer of the upstream's that came too late to be one: its status and words, as an event. */
function upstreamSaid(head: JournalHead | undefined, body: readonly Buffer[]) {
  const detail = `HTTP ${head?.status}: ${Buffer.concat(body).toString('utf8').slice(0, 300)}`;
  return gatewayError('upstream_rejected', { detail }, { status: head?.status ?? 502 });
}

class WholeForm implements AnswerForm {
  readonly #journal: Journal;
  readonly #downstream: Downstream;
  readonly #options: Options;
  /** Where the pump does not put the stream together, since nobody asked it to as the call began. */
  #aggregator: ReturnType<typeof createAggregator> | undefined = undefined;
  /** Blanks and a 200 are out already. */
  #early = false;

  constructor(journal: Journal, downstream: Downstream, options: Options) {
    this.#journal = journal;
    this.#downstream = downstream;
    this.#options = options;
  }

  get #isPlain(): boolean {
    return this.#journal.head?.form === 'plain';
  }

  get givesOut(): boolean {
    return this.#isPlain;
  }

  /** Also before the head is there: nothing is given before it. */
  get wantsBytes(): boolean {
    return this.#isPlain || !this.#journal.aggregates;
  }

  reset(): void {
    this.#aggregator = undefined;
  }

  head(head: JournalHead): void {
    if (head.form === 'plain' && !this.#early)
      this.#downstream.head(head.status, joined(head.headers, this.#options.headers));
  }

  take(bytes: Buffer): boolean {
    if (!this.#isPlain) {
      this.#aggregator ??= createAggregator(this.#options.protocol);
      this.#aggregator.push(bytes);
      return true;
    }
    return this.#early && this.#journal.head?.status !== 200 ? true : this.#downstream.write(bytes);
  }

  end(end: JournalEnd): Followed {
    const { head } = this.#journal;
    if (end.kind !== 'complete') {
      if (!head || !this.#isPlain) return this.#sendError(end.error);
      this.#downstream.breakOff();
      return { kind: 'broken', error: end.error };
    }
    if (!this.#isPlain) return this.#sendAggregate(head?.headers ?? []);
    if (this.#early && head?.status !== 200)
      return this.#sendError(gatewayError('upstream_rejected', { detail: `HTTP ${head?.status}` }));
    this.#downstream.end();
    return DELIVERED;
  }

  beat(): boolean {
    if (this.#isPlain) return false;
    if (!this.#early) {
      this.#early = true;
      this.#downstream.head(200, [...EARLY_JSON_HEADERS, ...ownHeaders(this.#options)]);
    }
    this.#downstream.write(BLANK);
    return true;
  }

  sendAway(error: GatewayError): void {
    this.#sendError(error);
  }

  #sendAggregate(headers: readonly string[]): Followed {
    const aggregate = this.#aggregate();
    if (aggregate.kind !== 'complete') {
      const detail =
        aggregate.kind === 'error' ? `${aggregate.type}: ${aggregate.message}` : aggregate.detail;
      return this.#sendError(gatewayError('answer_broken', { detail }));
    }
    const body = Buffer.from(JSON.stringify(aggregate.body));
    if (this.#early) {
      this.#downstream.write(body);
      this.#downstream.end();
    } else this.#downstream.answer(200, aggregateHeaders(headers, this.#options.headers), body);
    return DELIVERED;
  }

  #aggregate(): Aggregate {
    if (this.#aggregator) return this.#aggregator.result();
    return this.#journal.progress?.aggregate() ?? { kind: 'incomplete', detail: 'no event came' };
  }

  #sendError(error: GatewayError): Followed {
    if (this.#downstream.headSent) {
      // Under the 200 that the blanks committed, SDKs would take an error for success.
      this.#downstream.breakOff();
      return { kind: 'untold', error };
    }
    refuse(this.#downstream, error, this.#options);
    return { kind: 'refused', error };
  }
}
