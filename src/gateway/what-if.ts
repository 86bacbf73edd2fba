import type { Fleet, Predictor } from '../cluster/cluster.ts';
import { bodyOf } from '../domain/body.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { Settings } from '../domain/settings.ts';
import type { WhatIfAsk, WhatIfView } from '../domain/view.ts';
import type { Language } from '../errors/catalogue.ts';
import { errorText } from '../errors/gateway-error.ts';
import { identify, protocolOf } from '../identify/identify.ts';
import { compilePlans, predictKey, type Streamless, streamsUpstream, whatIf } from '../plan/plan.ts';

export interface WhatIfPorts {
  readonly fleet: Fleet;
  readonly predictor: Predictor;
  readonly streamless: Streamless;
  settings(): Settings;
  now(): number;
  random(): number;
}

const EMPTY_BODY = bodyOf(Buffer.from('{}'));

/** Answers what-ifs: a request that is made up goes through the same stages as a real one, up to the attempt. */
export function createWhatIf(
  ports: WhatIfPorts,
): (ask: WhatIfAsk, language: Language) => Result<WhatIfView, { detail: string }> {
  return (ask, language) => {
    const { fleet, predictor } = ports;
    const now = ports.now();
    const settings = ports.settings();
    const request = requestOf(ask, settings, language, now);
    if (!request.ok) return request;
    const { value } = request;
    const behindEdge = compilePlans(settings).behindEdge.has(value.listener);
    const streams = (endpoint: Parameters<typeof streamsUpstream>[1]) =>
      streamsUpstream(value, endpoint, behindEdge, ports, now);
    const world = {
      choose: (asked: Parameters<Fleet['choose']>[0]) => fleet.choose(asked, now, ports.random),
      standings: (asked: Parameters<Fleet['choose']>[0]) => fleet.standings(asked, now),
      streams,
      expect: (endpoint: Parameters<typeof streams>[0]) =>
        predictor.expect(predictKey(value, endpoint.id, streams(endpoint)), now),
    };
    return ok(whatIf(value, settings, world, language, now));
  };
}

function requestOf(
  ask: WhatIfAsk,
  settings: Settings,
  language: Language,
  now: number,
): Result<IdentifiedRequest, { detail: string }> {
  const headers = Object.fromEntries(
    Object.entries(ask.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const client = clientOf(ask, settings);
  if (!client.ok) return client;
  const listener = ask.listener ?? settings.listen[0]?.name ?? '';
  if (ask.listener !== undefined && !settings.listen.some(({ name }) => name === ask.listener))
    return fail({ detail: `there is no listener "${ask.listener}"` });
  const path = ask.path.split('?')[0] ?? '';
  const identified = identify({
    id: 'what-if',
    method: protocolOf(path, headers).operation === 'pass' ? 'GET' : 'POST',
    path,
    query: '',
    headers,
    rawHeaders: [],
    body: EMPTY_BODY,
    receivedAt: now,
    listener,
    client: { name: client.value, credential: '' },
  });
  if (!identified.ok) return fail({ detail: errorText(identified.error, language) });
  const { model, effort, maxTokens } = ask;
  return ok({
    ...identified.value,
    ...(model === undefined ? {} : { model }),
    ...(effort === undefined ? {} : { effort }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    stream: ask.stream ?? false,
    thinking: ask.thinking ?? effort !== undefined,
    // Only its length is looked at.
    body: {
      ...EMPTY_BODY,
      bytes: Math.min(ask.promptBytes ?? EMPTY_BODY.bytes, settings.maxBodyBytes),
    },
  });
}

/** Without a key's name: nobody's, where there are keys. */
function clientOf({ clientKey }: WhatIfAsk, { auth }: Settings): Result<string, { detail: string }> {
  if (clientKey === undefined) return ok(auth.keys.length === 0 ? 'local' : '');
  return auth.keys.some(({ name }) => name === clientKey) || (auth.keys.length === 0 && clientKey === 'local')
    ? ok(clientKey)
    : fail({ detail: `there is no client key "${clientKey}"` });
}
