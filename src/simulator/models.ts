import type { Protocol } from '../domain/protocol.ts';

/** Listed where no models were configured. */
const EXAMPLES = ['claude-sim', 'gpt-sim'];
const CREATED_AT = '2026-01-01T00:00:00Z';

const anthropicModel = (id: string) => ({ type: 'model', id, display_name: id, created_at: CREATED_AT });
const openaiModel = (id: string) => ({
  id,
  object: 'model',
  created: Date.parse(CREATED_AT) / 1000,
  owned_by: 'simulator',
});

/** The model list of a vendor. */
export function modelList(protocol: Protocol, models: readonly string[] = EXAMPLES): string {
  if (protocol !== 'anthropic-messages') {
    return JSON.stringify({ object: 'list', data: models.map(openaiModel) });
  }
  return JSON.stringify({
    data: models.map(anthropicModel),
    has_more: false,
    first_id: models[0] ?? null,
    last_id: models.at(-1) ?? null,
  });
}

/** One model, as a vendor describes it. */
export const modelEntry = (protocol: Protocol, id: string): string =>
  JSON.stringify(protocol === 'anthropic-messages' ? anthropicModel(id) : openaiModel(id));
