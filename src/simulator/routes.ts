import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Protocol } from '../domain/protocol.ts';
import type { Clock } from '../platform/clock.ts';
import { countTokens, readFields, rememberingReader } from './asked.ts';
import type { Books, Tally } from './books.ts';
import { timelineMaker } from './compose.ts';
import { control } from './control.ts';
import { Generation } from './generation.ts';
import { modelEntry, modelList } from './models.ts';
import { credentialOf, headersOf, type Place, placeOf, readBody } from './receive.ts';
import type { Refusal } from './refusals.ts';
import { type Call, sendJson, sendRefusal, sendReplacement } from './replies.ts';
import { replacesAnswer, type SimulatorScript } from './script.ts';
import type { ScriptBook } from './script-book.ts';
import { callId } from './template.ts';

/** What the routes work with. */
export interface RouteSurroundings {
  readonly clock: Clock;
  readonly books: Books;
  readonly scripts: ScriptBook;
  readonly keys: ReadonlySet<string> | undefined;
  readonly models: readonly string[] | undefined;
  /** Generations under way, for the shutdown. */
  readonly running: Set<Generation>;
  readonly reset: () => void;
  /** Called once the script of a call is known. */
  readonly onScript: (call: Call) => void;
}

const GENERATES: Partial<Record<Place['kind'], Protocol>> = {
  messages: 'anthropic-messages',
  chat: 'openai-chat',
  responses: 'openai-responses',
};

const READS = ['GET', 'HEAD'];
const METHODS: Readonly<Record<Exclude<Place['kind'], 'control' | 'unknown'>, readonly string[]>> = {
  messages: ['POST'],
  'count-tokens': ['POST'],
  chat: ['POST'],
  responses: ['POST'],
  models: READS,
  model: READS,
  hello: READS,
};

/** What Anthropic takes; OpenAI's limit is above the simulator's own. */
const ANTHROPIC_BODY_BYTES = 32 * 1_048_576;
const TOO_LARGE: Refusal = { status: 413, message: 'The request is too large', code: 'request_too_large' };
const BAD_KEY: Refusal = { status: 401, message: 'The credential is not known here' };
const NO_PATH: Refusal = { status: 404, message: 'No such path', code: 'unknown_url' };

/** A call before its script is known. */
type Arrived = Omit<Call, 'script'>;

interface Address {
  readonly place: Place;
  readonly path: string;
  readonly query: string;
}

function addressOf(request: IncomingMessage): Address {
  const url = request.url ?? '/';
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  return { place: placeOf(path), path, query: at < 0 ? '' : url.slice(at) };
}

function protocolOf(place: Place, request: IncomingMessage): Protocol {
  const known = GENERATES[place.kind];
  if (known !== undefined) return known;
  const anthropic = place.kind === 'count-tokens' || request.headers['anthropic-version'] !== undefined;
  return anthropic ? 'anthropic-messages' : 'openai-chat';
}

const headerScript = (request: IncomingMessage): string | undefined => {
  const header = request.headers['x-sim-script'];
  return typeof header === 'string' ? header : undefined;
};

function refuse(arrived: Arrived, refusal: Refusal, headers?: string[]): void {
  sendRefusal({ ...arrived, script: {} }, refusal, headers);
}

/** Leads each request to its answer; one a server. */
export class Routes {
  readonly #around: RouteSurroundings;
  readonly #readAsked = rememberingReader();
  readonly #timelineOf = timelineMaker();

  constructor(around: RouteSurroundings) {
    this.#around = around;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const address = addressOf(request);
    readBody(request, (body) => this.#arrive(request, response, address, body));
  }

  #arrive(request: IncomingMessage, response: ServerResponse, address: Address, body?: Buffer): void {
    const { place, path, query } = address;
    const { books, clock, scripts, reset } = this.#around;
    const method = request.method ?? 'GET';
    const arrived: Arrived = {
      ...{ request, response, protocol: protocolOf(place, request) },
      ...{ id: callId(), at: clock.wall(), body: body ?? Buffer.alloc(0) },
    };
    if (body === undefined) {
      refuse(arrived, TOO_LARGE, ['connection', 'close']);
      return;
    }
    if (place.kind === 'control') {
      control({ books, scripts, reset }, method, path, body, response);
      return;
    }
    const key = credentialOf(request);
    const { rawHeaders } = request;
    books.record({ method, path, query, headers: headersOf(request), rawHeaders, body, key, at: arrived.at });
    if (place.kind === 'unknown') {
      refuse(arrived, NO_PATH);
      return;
    }
    const methods = METHODS[place.kind];
    if (!methods.includes(method)) {
      const message = `${method.slice(0, 20)} is not allowed here`;
      refuse(arrived, { status: 405, message }, ['allow', methods.join(', ')]);
      return;
    }
    if (GENERATES[place.kind] === undefined) this.#answerAside(arrived, place, key);
    else this.#generate(arrived, key);
  }

  #refusedKey(key: string): Refusal | undefined {
    const { keys } = this.#around;
    return keys === undefined || keys.has(key) ? undefined : BAD_KEY;
  }

  #refusedModel(model: string): Refusal | undefined {
    const { models } = this.#around;
    if (models === undefined || models.includes(model)) return undefined;
    return { status: 404, message: `model: ${model.slice(0, 200)}`, param: 'model' };
  }

  #refusedSize(arrived: Arrived): Refusal | undefined {
    const anthropic = arrived.protocol === 'anthropic-messages';
    return anthropic && arrived.body.length > ANTHROPIC_BODY_BYTES ? TOO_LARGE : undefined;
  }

  #generate(arrived: Arrived, key: string): void {
    const tally = this.#around.books.tally(key);
    tally.add('started');
    const refused = this.#refusedKey(key) ?? this.#refusedSize(arrived) ?? this.#begin(arrived, tally);
    if (refused === undefined) return;
    tally.add('rejected');
    refuse(arrived, refused);
  }

  /** @returns why no generation began */
  #begin(arrived: Arrived, tally: Tally): Refusal | undefined {
    const { clock, scripts, running } = this.#around;
    const asked = this.#readAsked(arrived.protocol, arrived.body);
    if (!asked.ok) return asked.error;
    const unknown = this.#refusedModel(asked.value.model);
    if (unknown !== undefined) return unknown;
    const script = scripts.take(headerScript(arrived.request));
    if (!script.ok) return { status: 400, message: `x-sim-script: ${script.error.message}` };
    const call: Call = { ...arrived, script: script.value };
    this.#around.onScript(call);
    const timeline = this.#timelineOf(call.script, call.protocol, asked.value);
    const onEnd = (ended: Generation): void => void running.delete(ended);
    const generation = new Generation(call, timeline, { clock, tally, onEnd });
    running.add(generation);
    generation.start();
    return undefined;
  }

  /** Calls that make no model think. They take from a script its status and what is about them, and no time. */
  #answerAside(arrived: Arrived, place: Place, key: string): void {
    if (place.kind === 'hello') {
      arrived.response.writeHead(200, ['content-length', '0']).end();
      return;
    }
    const refused = this.#refusedKey(key);
    if (refused !== undefined) {
      refuse(arrived, refused);
      return;
    }
    const script = this.#around.scripts.peek(headerScript(arrived.request));
    if (!script.ok) {
      refuse(arrived, { status: 400, message: `x-sim-script: ${script.error.message}` });
      return;
    }
    const call: Call = { ...arrived, script: script.value };
    this.#around.onScript(call);
    if (replacesAnswer(call.script)) {
      sendReplacement(call);
      return;
    }
    const answer = this.#aside(call, place, call.script);
    if (typeof answer === 'string') sendJson(call, 200, answer);
    else sendRefusal(call, answer);
  }

  #aside(call: Call, place: Place, script: SimulatorScript): string | Refusal {
    if (place.kind === 'models') return modelList(call.protocol, this.#around.models);
    if (place.kind === 'model')
      return this.#refusedModel(place.model) ?? modelEntry(call.protocol, place.model);
    if (script.missingCountTokens === true) return NO_PATH;
    const read = readFields(call.protocol, call.body);
    if (!read.ok) return read.error;
    return this.#refusedModel(read.value.model) ?? JSON.stringify({ input_tokens: countTokens(call.body) });
  }
}
