import type { Downstream } from '../domain/downstream.ts';
import { type GatewayError, gatewayError } from '../errors/gateway-error.ts';
import { createAggregator, errorEvent, heartbeat } from '../protocols/protocols.ts';
import type { Journal, JournalEnd, JournalHead } from './chunks.ts';
import { aggregateHeaders } from './downstream-headers.ts';
import type { Followed, FollowOptions } from './followed.ts';
import { hideUsage } from './hide-usage.ts';
import { refuse, shapeOf } from './refuse.ts';

/** How the journal's answer looks to one client. */
export interface AnswerForm {
  /** The journal's head is known. */
  head(): void;
  /** False: the client can't take more now. */
  take(chunk: Buffer): boolean;
  end(end: JournalEnd): Followed;
  /** Another attempt's answer begins. */
  reset(): void;
  /** A sign of life, where one can be given now. */
  beat(): boolean;
  /** Ends the connection in a way that brings the client back. */
  sendAway(error: GatewayError): void;
  /** What it takes goes to the client at once. */
  readonly givesOut: boolean;
}

type Options = Omit<FollowOptions, 'beat' | 'cutAt' | 'patience'>;

const BLANK = Buffer.from(' ');

const EARLY_STREAM_HEADERS = [
  'content-type',
  'text/event-stream; charset=utf-8',
  'cache-control',
  'no-cache',
];
const EARLY_JSON_HEADERS = ['content-type', 'application/json'];

/** A client that streams gets the stream, the others its aggregate; what is no stream goes to each as it is. */
export function createAnswerForm(journal: Journal, downstream: Downstream, options: Options): AnswerForm {
  return options.stream ? streamForm(journal, downstream, options) : wholeForm(journal, downstream, options);
}

function ownHeaders({ requestId, headers }: Options): string[] {
  return ['x-qcc-request-id', requestId, ...headers];
}

function streamForm(journal: Journal, downstream: Downstream, options: Options): AnswerForm {
  const { protocol, requestId, language } = options;
  let early = false;
  let plainAfterBeat: Buffer[] | undefined;
  const filter = options.hideUsage ? hideUsage() : undefined;
  const tell = (error: GatewayError) =>
    downstream.write(errorEvent(protocol, shapeOf(error, requestId, language)));

  return {
    givesOut: true,
    reset: () => undefined,
    head() {
      const { head } = journal;
      if (!head) return;
      // A 200 with events is out already: an error status can only be told as an event.
      if (early && head.form === 'plain') plainAfterBeat ??= [];
      else downstream.head(head.status, [...head.headers, ...options.headers]);
    },
    take(chunk) {
      if (!plainAfterBeat) return downstream.write(filter ? filter(chunk) : chunk);
      plainAfterBeat.push(chunk);
      return true;
    },
    end(end) {
      if (end.kind === 'complete' && !plainAfterBeat) {
        downstream.end();
        return { kind: 'delivered' };
      }
      if (end.kind === 'refused' && !downstream.headSent) {
        refuse(downstream, end.error, options);
        return { kind: 'refused', error: end.error };
      }
      const error = end.kind === 'complete' ? upstreamSaid(journal.head, plainAfterBeat ?? []) : end.error;
      // A clean end would be taken for a whole answer by half of the clients.
      if (end.kind !== 'broken' || end.tellable) tell(error);
      downstream.breakOff();
      return end.kind === 'broken' ? { kind: 'broken', error } : { kind: 'refused', error };
    },
    beat() {
      const { progress, head } = journal;
      if (head && (head.form === 'plain' || progress?.atBoundary === false)) return false;
      early ||= !downstream.headSent;
      downstream.head(200, [...EARLY_STREAM_HEADERS, ...ownHeaders(options)]);
      downstream.write(heartbeat(protocol, head && progress ? progress : { started: false }));
      return true;
    },
    sendAway(error) {
      if (!downstream.headSent) return refuse(downstream, error, options);
      if (journal.progress?.atBoundary !== false) tell(error);
      downstream.breakOff();
    },
  };
}

/** An error answer of the upstream's that came too late to be one: its status and words, as an event. */
function upstreamSaid(head: JournalHead | undefined, body: readonly Buffer[]) {
  const detail = `HTTP ${head?.status}: ${Buffer.concat(body).toString('utf8').slice(0, 300)}`;
  return gatewayError('upstream_rejected', { detail }, { status: head?.status ?? 502 });
}

function wholeForm(journal: Journal, downstream: Downstream, options: Options): AnswerForm {
  let aggregator = createAggregator(options.protocol);
  const isPlain = () => journal.head?.form === 'plain';

  function sendAggregate(): Followed {
    const aggregate = aggregator.result();
    if (aggregate.kind !== 'complete') {
      const detail =
        aggregate.kind === 'error' ? `${aggregate.type}: ${aggregate.message}` : aggregate.detail;
      return sendError(gatewayError('answer_broken', { detail }));
    }
    const body = Buffer.from(JSON.stringify(aggregate.body));
    downstream.head(200, [...aggregateHeaders(journal.head?.headers ?? [], body.length), ...options.headers]);
    downstream.write(body);
    downstream.end();
    return { kind: 'delivered' };
  }

  function sendError(error: GatewayError): Followed {
    if (downstream.headSent) {
      // Under the 200 that the blanks committed, SDKs would take an error for success.
      downstream.breakOff();
      return { kind: 'untold', error };
    }
    refuse(downstream, error, options);
    return { kind: 'refused', error };
  }

  let early = false;
  return {
    get givesOut() {
      return isPlain();
    },
    reset() {
      aggregator = createAggregator(options.protocol);
    },
    head() {
      const { head } = journal;
      if (head && isPlain() && !early) downstream.head(head.status, [...head.headers, ...options.headers]);
    },
    take(chunk) {
      if (!isPlain()) {
        aggregator.push(chunk);
        return true;
      }
      return early && journal.head?.status !== 200 ? true : downstream.write(chunk);
    },
    end(end) {
      if (end.kind !== 'complete') {
        if (!journal.head || !isPlain()) return sendError(end.error);
        downstream.breakOff();
        return { kind: 'broken', error: end.error };
      }
      if (!isPlain()) return sendAggregate();
      if (early && journal.head?.status !== 200) {
        return sendError(gatewayError('upstream_rejected', { detail: `HTTP ${journal.head?.status}` }));
      }
      downstream.end();
      return { kind: 'delivered' };
    },
    beat() {
      if (isPlain()) return false;
      early = true;
      downstream.head(200, [...EARLY_JSON_HEADERS, ...ownHeaders(options)]);
      downstream.write(BLANK);
      return true;
    },
    sendAway: (error) => void sendError(error),
  };
}
