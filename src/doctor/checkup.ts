import type {
  Check,
  CheckName,
  CheckupEvent,
  CheckupOptions,
  Diagnosis,
  Problem,
} from '../domain/checkup.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { maskKeys, redact } from '../telemetry/telemetry.ts';
import { createAsker } from './ask.ts';
import { clockStep } from './clock-step.ts';
import { configStep } from './config-step.ts';
import { conversationStep } from './conversation-step.ts';
import { diagnose } from './diagnosis.ts';
import { dnsStep } from './dns-step.ts';
import { edgeStep } from './edge-step.ts';
import { rounded } from './figures.ts';
import { hopsStep } from './hops-step.ts';
import { httpStep } from './http-step.ts';
import { keyStep } from './key-step.ts';
import { modelStep } from './model-step.ts';
import { proxyStep } from './proxy-step.ts';
import { silenceStep } from './silence-step.ts';
import { type CheckupPorts, type Finding, type Step, skipped, type Visit } from './step.ts';
import { streamingStep } from './streaming-step.ts';
import { tcpStep } from './tcp-step.ts';
import { type Say, sayIn } from './texts.ts';
import { tlsStep } from './tls-step.ts';

/** From here to the model: each step stands on those before it. */
const STEPS: readonly Step[] = [
  configStep,
  dnsStep,
  proxyStep,
  tcpStep,
  tlsStep,
  clockStep,
  httpStep,
  edgeStep,
  keyStep,
  modelStep,
  conversationStep,
  streamingStep,
  silenceStep,
  hopsStep,
];

type OnEvent = (event: CheckupEvent) => void;

/**
 * Walks to each chosen endpoint's model and tells of every step as it goes. Ends early, with what it has, when `signal`
 * aborts. Never throws for what an endpoint does; each step is bounded in time.
 *
 * @param endpoints all there are, each once; `options.endpoint` chooses among them by id or name
 */
export async function checkUp(
  ports: CheckupPorts,
  endpoints: readonly Endpoint[],
  options: CheckupOptions,
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const say = sayIn(ports.language);
  const chosen = chosenOf(endpoints, options.endpoint);
  const problems: Problem[] = [];
  if (chosen.length === 0) problems.push(nobody(options.endpoint, say));
  for (const endpoint of chosen) {
    if (signal.aborted) break;
    const { id: endpointId, name, baseUrl } = endpoint;
    onEvent({ kind: 'endpoint', endpointId, name, baseUrl });
    problems.push(...(await visitOne(ports, endpoint, options, onEvent, signal)));
  }
  const diagnosis = diagnose(problems, chosen, signal.aborted, say);
  onEvent({ kind: 'diagnosis', diagnosis });
  return diagnosis;
}

/** The endpoints that a check-up would go to. */
export function chosenOf(endpoints: readonly Endpoint[], word: string | undefined): readonly Endpoint[] {
  if (word === undefined) return endpoints.filter(({ enabled }) => enabled);
  const byId = endpoints.filter(({ id }) => id === word);
  return byId.length > 0 ? byId : endpoints.filter(({ name }) => name === word);
}

function nobody(word: string | undefined, say: Say): Problem {
  const what = word === undefined ? say('nobodyEnabled') : say('nobodyNamed', { word });
  return { check: 'config', severity: 'bad', what, fix: say('nobodyFix') };
}

async function visitOne(
  ports: CheckupPorts,
  endpoint: Endpoint,
  options: CheckupOptions,
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<Problem[]> {
  const url = new URL(endpoint.baseUrl);
  const secure = url.protocol === 'https:';
  const asker = createAsker(endpoint, ports, signal);
  const visit: Visit = {
    ports,
    endpoint,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (secure ? 443 : 80)),
    secure,
    options,
    signal,
    say: sayIn(ports.language),
    asker,
    learned: { answers: [] },
  };
  try {
    return await walk(visit, onEvent);
  } finally {
    await asker.close();
  }
}

/** Step by step; those that stand on one that went wrong are left out, with the reason. */
async function walk(visit: Visit, onEvent: OnEvent): Promise<Problem[]> {
  const { endpoint, say, signal } = visit;
  const gone = new Set<CheckName>();
  const problems: Problem[] = [];
  for (const step of STEPS) {
    if (signal.aborted) break;
    const missing = step.needs.find((name) => gone.has(name));
    if (missing === undefined) {
      const text = step.began?.(visit) ?? say(`began_${step.name}`);
      onEvent({ kind: 'began', name: step.name, text });
    }
    const startedAt = visit.ports.clock.now();
    const finding =
      missing === undefined
        ? await lookAt(step, visit)
        : skipped(say('needs', { step: say(`name_${missing}`) }));
    if (signal.aborted) break;
    if (finding.status === 'bad' || missing !== undefined) gone.add(step.name);
    const safe = withoutSecrets(finding, endpoint);
    const tookMs = rounded(visit.ports.clock.now() - startedAt);
    onEvent({ kind: 'checked', check: checkOf(step.name, safe, endpoint, tookMs) });
    for (const complaint of safe.complaints ?? []) {
      problems.push({ check: step.name, endpointId: endpoint.id, ...complaint });
    }
  }
  return problems;
}

/** A mistake of ours in one step must not hide what the others find. */
async function lookAt(step: Step, visit: Visit): Promise<Finding> {
  try {
    return await step.look(visit);
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return skipped(visit.say('stepFailed', { detail }));
  }
}

function checkOf(name: CheckName, finding: Finding, { id }: Endpoint, tookMs: number): Check {
  const { status, summary, details = [], data = {} } = finding;
  return { name, endpointId: id, status, tookMs, summary, details, data };
}

const LEAST_SECRET_CHARS = 8;

const isCredential = (name: string): boolean => /auth|key|token|secret|cookie|password/i.test(name);

/** The last door before a terminal or a page: whatever an upstream may have echoed. */
function withoutSecrets(finding: Finding, { apiKey, headers }: Endpoint): Finding {
  const secrets = [
    apiKey,
    // What is set by hand may be a secret whatever its name; short ones would mask ordinary words.
    ...Object.entries(headers).flatMap(([name, value]) =>
      isCredential(name) || value.length >= LEAST_SECRET_CHARS ? [value] : [],
    ),
  ];
  const masked = JSON.stringify(finding, (_, value: unknown) =>
    typeof value === 'string' ? maskKeys(redact(value, secrets)) : value,
  );
  return JSON.parse(masked) as Finding;
}
