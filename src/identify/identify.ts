import { type Body, unwrapped } from '../domain/body.ts';
import type { Operation, Protocol } from '../domain/protocol.ts';
import type { BodyFacts, ClientRequest, IdentifiedRequest } from '../domain/request.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { SCENARIO_NAMES, type ScenarioName } from '../domain/timeouts.ts';
import { type GatewayError, gatewayError } from '../errors/gateway-error.ts';
import { fieldValue, protocolOfPath, readBody, scanObject } from '../protocols/protocols.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** Paths outside `/v1/` that clients ask as they start up. */
const OUTSIDE_V1 = new Set(['/', '/api/hello', '/models']);

/**
 * Which protocol does a request speak? Every path has one, since errors need a shape: by its path, else by its
 * headers, else OpenAI's chat, whose error shape most clients can read.
 */
export function protocolOf(path: string, headers: Headers): { protocol: Protocol; operation: Operation } {
  const byPath = protocolOfPath(path);
  if (byPath) return byPath;
  const anthropic =
    headers['anthropic-version'] !== undefined || /^claude-(cli|code)\b/i.test(headers['user-agent'] ?? '');
  return { protocol: anthropic ? 'anthropic-messages' : 'openai-chat', operation: 'pass' };
}

/** Stage 2: understands a request without parsing its body whole. */
export function identify(request: ClientRequest): Result<IdentifiedRequest, GatewayError> {
  const { path, method, headers } = request;
  const { protocol, operation: named } = protocolOf(path, headers);
  const operation: Operation = method === 'POST' ? named : 'pass';
  const isServed =
    protocolOfPath(path) !== undefined ||
    path.startsWith('/v1/') ||
    (OUTSIDE_V1.has(path) && method !== 'POST');
  if (!isServed) return fail(gatewayError('unknown_path', { method, path: path.slice(0, 200) }));

  const asked = readAskedHeaders(headers);
  if (!asked.ok) return asked;
  if (operation === 'pass')
    return ok(identifiedAs(request, protocol, operation, PASSED_ON, false, asked.value));
  const body = unwrapped(request.body);
  const facts = readBody(protocol, body);
  if (!facts.ok) return fail(gatewayError('bad_json', { detail: facts.error.detail }));
  const background = protocol === 'openai-responses' && asksForBackground(body);
  return ok(identifiedAs(request, protocol, operation, facts.value, background, asked.value));
}

const PASSED_ON: BodyFacts = { stream: false, thinking: false };

/** Field by field, absent ones as undefined: several spreads would cost 6 KB a request. */
function identifiedAs(
  request: ClientRequest,
  protocol: Protocol,
  operation: Operation,
  facts: BodyFacts,
  background: boolean,
  asked: Asked,
): IdentifiedRequest {
  const identified: {
    [Name in keyof Required<IdentifiedRequest>]: IdentifiedRequest[Name] | undefined;
  } = {
    id: request.id,
    method: request.method,
    path: request.path,
    query: request.query,
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body: request.body,
    receivedAt: request.receivedAt,
    listener: request.listener,
    client: request.client,
    model: facts.model,
    stream: facts.stream,
    maxTokens: facts.maxTokens,
    thinking: facts.thinking,
    effort: facts.effort,
    session: sessionOf(request.headers) ?? facts.session,
    protocol,
    operation,
    background,
    askedScenario: asked.askedScenario,
    askedTimeoutMs: asked.askedTimeoutMs,
    idempotencyKey: asked.idempotencyKey,
    resumable: asked.resumable,
    async: asked.async,
    clientPatienceMs: asked.clientPatienceMs,
  };
  return identified as IdentifiedRequest;
}

function asksForBackground(body: Body | Buffer): boolean {
  const fields = scanObject(body);
  return fields.ok && fieldValue(body, fields.value, 'background') === true;
}

/** Headers that name the conversation win over the body's fields: clients set them on purpose. */
const sessionOf = (headers: Headers): string | undefined =>
  (headers['x-claude-code-session-id'] ?? headers['x-session-id']) || undefined;

interface Asked {
  idempotencyKey?: string;
  resumable: boolean;
  async: boolean;
  askedScenario?: ScenarioName;
  askedTimeoutMs?: number;
  clientPatienceMs?: number;
}

/** RFC 8941 strings have no limit; ours keeps the index small. */
const KEY_LENGTH_MAX = 255;

const isScenario = (name: string): name is ScenarioName =>
  (SCENARIO_NAMES as readonly string[]).includes(name);

function readAskedHeaders(headers: Headers): Result<Asked, GatewayError> {
  const asked: Asked = {
    resumable: headers['x-qcc-resume']?.toLowerCase() !== 'never',
    async: /(^|[\s,;])respond-async($|[\s,;])/i.test(headers.prefer ?? ''),
  };
  const key = headers['idempotency-key'];
  if (key !== undefined) {
    if (key.length === 0 || key.length > KEY_LENGTH_MAX)
      return badHeader('idempotency-key', key, `1 to ${KEY_LENGTH_MAX} characters`);
    asked.idempotencyKey = key;
  }
  const scenario = headers['x-qcc-scenario'];
  if (scenario !== undefined) {
    if (!isScenario(scenario)) return badHeader('x-qcc-scenario', scenario, SCENARIO_NAMES.join(', '));
    asked.askedScenario = scenario;
  }
  const timeout = headers['x-qcc-timeout'];
  if (timeout !== undefined) {
    const ms = durationMs(timeout);
    if (ms === undefined) return badHeader('x-qcc-timeout', timeout, 'a duration such as 90, 90s or 5m');
    asked.askedTimeoutMs = ms;
  }
  // Set by the SDKs, not by people: a strange value is no reason to refuse.
  const patience = Number(headers['x-stainless-timeout']);
  if (Number.isFinite(patience) && patience > 0) asked.clientPatienceMs = patience * 1000;
  return ok(asked);
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, '': 1000 };
const LONGEST_TIMEOUT_MS = 24 * 3_600_000;

function durationMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text.trim()) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const ms = Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
  return ms >= 1 && ms <= LONGEST_TIMEOUT_MS ? ms : undefined;
}

function badHeader(header: string, value: string, expected: string): Result<never, GatewayError> {
  return fail(gatewayError('bad_header', { header, value: value.slice(0, 40), expected }));
}
