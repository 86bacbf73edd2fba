import { type AttemptCall, startAttempt, type Transport, upstreamHeaders } from '../attempt/attempt.ts';
import type { Fleet } from '../cluster/cluster.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { HealthEvent } from '../domain/health.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { OpenOwnCall, OwnCall } from '../domain/own-call.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { HealthSettings } from '../domain/settings.ts';
import type { VerificationView } from '../domain/view.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Log } from '../telemetry/telemetry.ts';
import { type AnswerReading, CollectingSink } from './collecting-sink.ts';
import { pickModel, randomCode } from './question.ts';

/** How the protocols ask for a code and read the answer. */
export interface Conversation {
  call(protocol: Protocol, model: string, code: string): { readonly path: string; readonly body: Buffer };
  read(protocol: Protocol, body: Uint8Array): AnswerReading;
  text(protocol: Protocol, body: Uint8Array): string | undefined;
}

export interface VerifierPorts {
  readonly fleet: Fleet;
  readonly transport: Transport;
  readonly conversation: Conversation;
  readonly clock: Clock;
  readonly log: Log;
  /** Each verification may cost, and stands on the ledger. */
  readonly ownCall: OpenOwnCall;
  settings(): HealthSettings;
  random(): number;
  /** What became of an endpoint, for the record. */
  onEvents(events: readonly HealthEvent[]): void;
}

/** Works off the failure queue: an endpoint comes back when it proves that its model answers. */
export interface Verifier {
  /** The queue may have changed: look when the next verification is due. */
  nudge(): void;
  /** A conversation now with one endpoint, or with all enabled ones. */
  verify(endpointId?: string): Promise<readonly VerificationView[]>;
  verifyQueue(endpointId?: string): Promise<readonly VerificationView[]>;
  stop(): void;
}

/** Verifications under way at once. */
const AT_ONCE_MAX = 4;

const CONNECT_MS = 10_000;
/** Costs next to nothing. */
const LOOK_EVERY_MS = 60_000;

export function createVerifier(ports: VerifierPorts): Verifier {
  const { fleet, clock, log } = ports;
  let timer: Timer | undefined;
  let stopped = false;

  function schedule(): void {
    timer?.cancel();
    const dueAt = fleet.nextDueAt();
    if (stopped || dueAt === undefined) return;
    timer = clock.timer(pauseMs(dueAt), () => void workOff(fleet.due(clock.wall())));
  }

  /** Looks again now and then: while the machine sleeps the timer does not run, but the endpoint is due. */
  function pauseMs(dueAt: number): number {
    return Math.min(Math.max(0, dueAt - clock.wall()), LOOK_EVERY_MS);
  }

  async function workOff(endpoints: readonly Endpoint[]): Promise<readonly VerificationView[]> {
    if (endpoints.length > 0) log.write({ kind: 'verify-start', count: endpoints.length });
    const waiting = [...endpoints];
    const results: VerificationView[] = [];
    // Marked at once, so that none is due twice while it waits for its turn.
    for (const { id } of waiting) fleet.checkBegan(id, clock.wall());
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        results.push(settle(await converse(next, ports)));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE_MAX }, worker));
    schedule();
    return results;
  }

  /** Takes a result over into the endpoint's state, where the endpoint is in the queue. */
  function settle(result: VerificationView): VerificationView {
    const { endpointId, ok, tookMs } = result;
    const detail = result.detail ?? 'failed';
    const now = clock.wall();
    const queued = fleet.view(endpointId, now)?.circuit.kind === 'half-open';
    if (queued) ports.onEvents(fleet.checkEnded(endpointId, ok ? { ok: true } : { ok: false, detail }, now));
    if (ok) log.write({ kind: 'verified', endpointId, tookMs });
    else {
      const circuit = fleet.view(endpointId, now)?.circuit;
      const nextCheckMs = circuit?.kind === 'open' ? Math.max(0, circuit.nextCheckAt - now) : 0;
      log.write({ kind: 'verify-failed', endpointId, detail, nextCheckMs });
    }
    return result;
  }

  const inQueue = () => fleet.views(clock.wall()).filter((view) => view.inQueue);
  const endpointsOf = (ids: readonly string[]) => ids.flatMap((id) => fleet.endpoint(id) ?? []);

  return {
    nudge: schedule,
    verify: (id) =>
      workOff(
        endpointsOf(
          id === undefined
            ? fleet
                .views(clock.wall())
                .filter((view) => view.enabled)
                .map((view) => view.id)
            : [id],
        ),
      ),
    verifyQueue: (id) =>
      workOff(
        endpointsOf(
          inQueue()
            .map((view) => view.id)
            .filter((queued) => id === undefined || queued === id),
        ),
      ),
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

/** One real conversation: the endpoint has to repeat a code that it can't have cached. */
async function converse(endpoint: Endpoint, ports: VerifierPorts): Promise<VerificationView> {
  const { clock, conversation, fleet } = ports;
  const settings = ports.settings();
  const { protocol, model } = pickModel(endpoint, settings.model, fleet.lastModel(endpoint.id));
  const code = randomCode(ports.random);
  const startedAt = clock.now();
  const { path, body } = conversation.call(protocol, endpoint.models[model] ?? model, code);
  const call = callFor(endpoint, protocol, path, body, settings.timeoutMs);
  const asked = { purpose: 'verification', endpoint, protocol, path, model, streamed: false, body } as const;
  const { outcome, answer } = await ask(call, asked, ports);
  const about = { endpointId: endpoint.id, name: endpoint.name, baseUrl: endpoint.baseUrl, model, protocol };
  const tookMs = Math.round(clock.now() - startedAt);
  const detail = judge(outcome, conversation.text(protocol, answer), code);
  return detail === undefined ? { ...about, ok: true, tookMs } : { ...about, ok: false, tookMs, detail };
}

/** Undefined: the code came back. */
function judge(outcome: Outcome, text: string | undefined, code: string): string | undefined {
  if (outcome.kind === 'failed') return outcome.detail;
  if (outcome.kind === 'rejected') return `HTTP ${outcome.status}`;
  if (text === undefined) return 'the answer is not one of this protocol';
  return text.toUpperCase().includes(code)
    ? undefined
    : 'the answer does not contain the code that was asked for';
}

function callFor(
  endpoint: Endpoint,
  protocol: Protocol,
  path: string,
  body: Buffer,
  timeoutMs: number,
): AttemptCall {
  const rawHeaders = [
    'content-type',
    'application/json',
    'accept',
    'application/json',
    'user-agent',
    'qcc-verification',
  ];
  if (protocol === 'anthropic-messages') rawHeaders.push('anthropic-version', '2023-06-01');
  const total = { ms: timeoutMs, setBy: 'health.timeout' };
  return {
    endpoint,
    method: 'POST',
    path,
    headers: upstreamHeaders(
      { rawHeaders, protocol, operation: 'generate', stream: false, bodyWasDecoded: false },
      endpoint,
    ),
    body,
    timers: { connect: { ms: Math.min(CONNECT_MS, timeoutMs), setBy: 'health.timeout' }, idle: total, total },
  };
}

function ask(
  call: AttemptCall,
  asked: OwnCall,
  { transport, clock, conversation, ownCall }: VerifierPorts,
): Promise<{ outcome: Outcome; answer: Buffer }> {
  const sink = new CollectingSink((body) => conversation.read(asked.protocol, body));
  const onRecord = ownCall(asked);
  return new Promise((resolve) => {
    startAttempt(call, {
      transport,
      clock,
      sink,
      onResent: onRecord.sentAnew,
      onOutcome(outcome) {
        onRecord.ended(outcome);
        resolve({ outcome, answer: sink.body });
      },
    });
  });
}
