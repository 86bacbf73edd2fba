import { addressOf, type Configured, readConfigured } from '../configured.ts';
import { findGateway } from '../gateway-state.ts';
import type { Run } from '../given.ts';

const USUAL_ADDRESS = 'http://127.0.0.1:7860';
/** Clients refuse to start without any key; where the gateway asks for none, any word does. */
export const ANY_KEY = 'qcc';

/** `env`: lines for a shell to evaluate. Never a secret: who has keys knows where they are. */
export const env: Run = async ({ ports, screen }) => {
  const state = await findGateway(ports);
  const configured = await readConfigured(ports);
  if (configured.kind === 'problems') return screen.problems(configured.text);
  const running = state.kind === 'running' ? state.gateway.address : undefined;
  if (running === undefined) screen.remark('envNotRunning');
  const address = running ?? configuredAddress(configured) ?? USUAL_ADDRESS;
  screen.line(`export ANTHROPIC_BASE_URL=${address}`);
  screen.line(`export OPENAI_BASE_URL=${address}/v1`);
  const wanted = keyNames(configured);
  if (wanted) screen.say('envKeys', { names: wanted });
  const value = wanted ? screen.text('envKeyPlace') : ANY_KEY;
  for (const line of keyLines(ports.env, value, wanted !== undefined)) screen.line(line);
  return 0;
};

function configuredAddress(configured: Configured): string | undefined {
  return configured.kind === 'settings' ? addressOf(configured.settings) : undefined;
}

/** Names of the local keys, where the gateway asks for one. */
export function keyNames(configured: Configured): string | undefined {
  if (configured.kind !== 'settings') return undefined;
  const names = configured.settings.auth.keys.map(({ name }) => name).join(', ');
  return names === '' ? undefined : names;
}

/** A key line per vendor whose variable is not set yet; as comments where the user has to fill them in. */
function keyLines(
  given: Readonly<Record<string, string | undefined>>,
  value: string,
  wanted: boolean,
): string[] {
  const prefix = wanted ? '# ' : '';
  const missing: string[] = [];
  if (wanted || !hasAnthropicKey(given)) missing.push('ANTHROPIC_AUTH_TOKEN');
  if (wanted || !given.OPENAI_API_KEY) missing.push('OPENAI_API_KEY');
  return missing.map((name) => `${prefix}export ${name}=${value}`);
}

export function hasAnthropicKey(given: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(given.ANTHROPIC_AUTH_TOKEN || given.ANTHROPIC_API_KEY);
}
