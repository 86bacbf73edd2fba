import type { Downstream, DownstreamListener } from '../domain/downstream.ts';
import { type GatewayError, gatewayError } from '../errors/gateway-error.ts';
import { Alarm } from './alarm.ts';
import { type AnswerForm, answerForm } from './answer-form.ts';
import type { Journal } from './answer-journal.ts';
import type { Followed, FollowOptions } from './followed.ts';
import type { JournalEnd, JournalHead, JournalReader, Place } from './reading.ts';

/** What whoever has a client follow wants to know. */
export interface FollowHooks {
  /** A sign of life went out to this client. */
  onBeat(): void;
  /** Told once. */
  onFollowed(followed: Followed): void;
}

/** Gives the journal's answer to one client as it comes, at the client's pace. */
export function follow(
  journal: Journal,
  downstream: Downstream,
  options: FollowOptions,
  hooks: FollowHooks,
): void {
  new Follower(journal, downstream, options, hooks).start();
}

const NEVER = Number.POSITIVE_INFINITY;

class Follower implements JournalReader, DownstreamListener {
  readonly #journal: Journal;
  readonly #downstream: Downstream;
  readonly #options: FollowOptions;
  readonly #hooks: FollowHooks;
  readonly #form: AnswerForm;
  readonly #alarm: Alarm;
  #place: Place | undefined = undefined;
  #done = false;
  /** The answer was ended: once it is flushed, it is delivered. */
  #flushing = false;
  #lastSentAt: number;
  #hasBeaten = false;
  #blockedSince = NEVER;

  constructor(journal: Journal, downstream: Downstream, options: FollowOptions, hooks: FollowHooks) {
    this.#journal = journal;
    this.#downstream = downstream;
    this.#options = options;
    this.#hooks = hooks;
    this.#form = answerForm(journal, downstream, options);
    this.#lastSentAt = options.receivedAt;
    this.#alarm = new Alarm(options.clock, (now) => this.#onDue(now));
  }

  start(): void {
    this.#place = this.#journal.read(this, this.#options.skipBytes);
    if (this.#place === undefined) return this.#sendError(gatewayError('answer_gone', {}));
    this.#downstream.listen(this);
    if (this.#done) return;
    this.#journal.resume(this.#place);
    if (this.#done) return;
    const { clock, cutAt, patience } = this.#options;
    this.#alarm.by(Math.min(cutAt ?? NEVER, patience?.endsAt ?? NEVER, this.#nextBeatAt(clock.now())));
  }

  // The journal's side.

  get givesOut(): boolean {
    return this.#form.givesOut;
  }

  get wantsBytes(): boolean {
    return this.#form.wantsBytes;
  }

  onHead(head: JournalHead): void {
    this.#form.head(head);
  }

  onBytes(bytes: Buffer, now: number): boolean {
    const before = this.#downstream.sentBytes;
    const takesMore = this.#form.take(bytes);
    if (this.#downstream.sentBytes !== before) this.#lastSentAt = now;
    if (!takesMore) this.#stalls(now);
    return takesMore;
  }

  onEnd(end: JournalEnd): void {
    const followed = this.#form.end(end);
    if (followed.kind !== 'delivered') return this.#settle(followed);
    this.#flushing = true;
    if (this.#place) this.#journal.leave(this.#place);
    if (!this.#done) this.#stalls(this.#options.clock.now());
  }

  onReset(): void {
    this.#form.reset();
  }

  onLost(why: string): void {
    this.#sendError(gatewayError('answer_broken', { detail: why.split('\n')[0] ?? why }));
  }

  // The client's side.

  onDrain(): void {
    this.#blockedSince = NEVER;
    if (this.#place && !this.#done && !this.#flushing) this.#journal.resume(this.#place);
  }

  onGone(): void {
    this.#settle({ kind: 'left', silentMs: this.#options.clock.now() - this.#lastSentAt });
  }

  onFlushed(): void {
    this.#settle({ kind: 'delivered' });
  }

  #stalls(now: number): void {
    if (this.#blockedSince !== NEVER) return;
    this.#blockedSince = now;
    this.#alarm.by(now + this.#options.stallMs);
  }

  #nextBeatAt(now: number): number {
    const { beat } = this.#options;
    if (beat === undefined || this.#flushing) return NEVER;
    return this.#hasBeaten ? Math.max(now, this.#lastSentAt) + beat.everyMs : this.#lastSentAt + beat.afterMs;
  }

  /** What is due is done; gives the instant of the next look. */
  #onDue(now: number): number {
    const { cutAt = NEVER, patience, beat, stallMs } = this.#options;
    if (now >= cutAt && !this.#flushing) return this.#sendAway(gatewayError('come_back'));
    // Clients time the wait for an answer's head, not the reading of it.
    const patienceEndsAt = patience && !this.#downstream.headSent ? patience.endsAt : NEVER;
    if (patience && now >= patienceEndsAt) return this.#sendAway(patience.error);
    if (now >= this.#blockedSince + stallMs) return this.#giveUp(now);
    const beatAt = beat && !this.#flushing ? this.#beatIfDue(now, beat.afterMs, beat.everyMs) : NEVER;
    return Math.min(this.#flushing ? NEVER : cutAt, patienceEndsAt, this.#blockedSince + stallMs, beatAt);
  }

  #beatIfDue(now: number, afterMs: number, everyMs: number): number {
    const pauseMs = this.#hasBeaten ? everyMs : afterMs;
    const leftMs = pauseMs - (now - this.#lastSentAt);
    if (leftMs > 0) return now + leftMs;
    if (this.#blockedSince === NEVER && this.#form.beat()) {
      this.#hasBeaten = true;
      this.#lastSentAt = now;
      this.#hooks.onBeat();
    }
    return now + everyMs;
  }

  #sendAway(error: GatewayError): number {
    this.#form.sendAway(error);
    this.#settle({ kind: 'sent-away', error });
    return NEVER;
  }

  #sendError(error: GatewayError): void {
    if (this.#done) return;
    const kind = this.#downstream.headSent ? 'broken' : 'refused';
    this.#form.sendAway(error);
    this.#settle({ kind, error });
  }

  /** It takes nothing any more: its connection is broken off, as though it had been cut. */
  #giveUp(now: number): number {
    this.#downstream.abandon();
    this.#settle({ kind: 'left', silentMs: now - this.#lastSentAt });
    return NEVER;
  }

  #settle(followed: Followed): void {
    if (this.#done) return;
    this.#done = true;
    this.#alarm.stop();
    if (this.#place) this.#journal.leave(this.#place);
    this.#hooks.onFollowed(followed);
  }
}
