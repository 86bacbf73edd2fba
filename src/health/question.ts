import type { Endpoint } from '../domain/endpoint.ts';
import type { Protocol } from '../domain/protocol.ts';

/** Cheap, and known to most relays. */
const CHEAP_MODELS: Readonly<Record<Protocol, string>> = {
  'anthropic-messages': 'claude-haiku-4-5',
  'openai-chat': 'gpt-4o-mini',
  'openai-responses': 'gpt-4o-mini',
};

/** Which protocol a model is most likely spoken to in. */
function protocolFor(model: string, spoken: readonly Protocol[]): Protocol | undefined {
  const wanted: Protocol = /^claude/i.test(model) ? 'anthropic-messages' : 'openai-chat';
  return spoken.includes(wanted) ? wanted : spoken[0];
}

/**
 * Whom to ask: the model the settings name, else the one last seen working at this endpoint, else a cheap one of
 * the first protocol it speaks.
 */
export function pickModel(
  endpoint: Endpoint,
  setModel: string | undefined,
  lastModel: string | undefined,
): { readonly protocol: Protocol; readonly model: string } {
  const first = endpoint.protocols[0] ?? 'anthropic-messages';
  const model = setModel ?? lastModel;
  if (model === undefined) return { protocol: first, model: CHEAP_MODELS[first] };
  return { protocol: protocolFor(model, endpoint.protocols) ?? first, model };
}

/** Without letters and digits that are taken for one another. */
const CODE_CHARACTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 6;

export function randomCode(random: () => number): string {
  return Array.from(
    { length: CODE_LENGTH },
    () => CODE_CHARACTERS[Math.floor(random() * CODE_CHARACTERS.length)],
  ).join('');
}
