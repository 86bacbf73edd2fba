import type { EndpointView } from '../domain/health.ts';
import type { Route } from '../domain/settings.ts';
import type { Language } from '../errors/catalogue.ts';
import { durationBelow, durationText, indented, yamlText, yamlUrl } from './config-text.ts';
import { didFail } from './context.ts';
import type { Evidence } from './evidence.ts';
import { type Judgement, othersOf, type Remedy } from './judgement.ts';
import type { Message } from './wording.ts';

const NOTES = {
  endpoint: {
    en: '# added to this endpoint; its other lines stay',
    zh: '# 添加到该 endpoint，其余各行保留',
  },
  second: { en: '# beside the endpoints that are there', zh: '# 与已有的 endpoint 并列' },
  timeout: { en: '# and no smaller "timeout" beside it', zh: '# 且旁边没有更小的 "timeout"' },
  route: { en: '# its other lines stay', zh: '# 其余各行保留' },
} as const satisfies Record<string, Message>;

/** What would have helped, as lines of config.yaml; undefined where no line would. */
export function configLines(
  judgement: Judgement,
  evidence: Evidence,
  language: Language,
): string | undefined {
  const { remedy } = judgement;
  const lines = remedy && linesOf(remedy, judgement, evidence, language);
  return lines && lines.length > 0 ? lines.join('\n') : undefined;
}

function linesOf(
  remedy: Remedy,
  { endpointId, kind }: Judgement,
  evidence: Evidence,
  language: Language,
): readonly string[] {
  switch (remedy.kind) {
    case 'lines':
      return remedy.lines;
    case 'endpoint':
      return endpointLines(remedy.id ?? endpointId, remedy.lines, evidence, language);
    case 'second-endpoint':
      if (endpointId === undefined || othersOf(evidence, endpointId).length === 0)
        return secondEndpoint(evidence, language);
      // One that is down is taken out without being told to.
      return kind === 'server-down' ? [] : behindOthers(endpointId, evidence, language);
    case 'prefer-others':
      return endpointId === undefined ? [] : behindOthers(endpointId, evidence, language);
    case 'listener-edge':
      return listenerLines(evidence, remedy.silenceMs);
    case 'raise-timer':
      return timerLines(remedy, endpointId, evidence, language);
  }
}

function endpointLines(
  id: string | undefined,
  lines: readonly string[],
  evidence: Evidence,
  language: Language,
): readonly string[] {
  const view = viewOf(id, evidence);
  if (!view) return [];
  const changesUrl = lines.some((line) => line.startsWith('base_url:'));
  const cluster = view.clusters.includes(evidence.exchange.cluster)
    ? evidence.exchange.cluster
    : (view.clusters[0] ?? evidence.exchange.cluster);
  return [
    'clusters:',
    `  ${yamlText(cluster)}:`,
    '    endpoints:',
    `      - name: ${yamlText(view.name)}  ${NOTES.endpoint[language]}`,
    ...indented([...(changesUrl ? [] : [`base_url: ${yamlUrl(view.baseUrl)}`]), ...lines], 8),
  ];
}

const viewOf = (id: string | undefined, { endpoints, cluster }: Evidence): EndpointView | undefined =>
  endpoints.find((one) => one.id === id)?.view ?? cluster.find((one) => one.id === id);

/** A priority after those of the others; nothing where it has that already, or where these failed as well. */
function behindOthers(id: string, evidence: Evidence, language: Language): readonly string[] {
  const failed = new Set(evidence.attempts.filter(didFail).map(({ endpointId }) => endpointId));
  const others = othersOf(evidence, id);
  if (others.every((one) => failed.has(one.id))) return [];
  const last = Math.max(...others.map(({ priority }) => priority));
  const own = viewOf(id, evidence)?.priority;
  if (own === undefined || own > last || last >= MOST_PRIORITY) return [];
  return endpointLines(id, [`priority: ${last + 1}`], evidence, language);
}

const MOST_PRIORITY = 1_000_000;

function secondEndpoint({ exchange }: Evidence, language: Language): readonly string[] {
  return [
    'clusters:',
    `  ${yamlText(exchange.cluster)}:`,
    '    endpoints:',
    `      ${NOTES.second[language]}`,
    '      - base_url: https://second.example.com',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a configuration holds
    '        api_key: ${SECOND_API_KEY}',
    '        priority: 2',
  ];
}

function listenerLines({ listener }: Evidence, silenceMs: number): readonly string[] {
  const { name, host, port } = listener;
  if (host === undefined || port === undefined) return [];
  return [
    'listen:',
    `  - name: ${yamlText(name)}`,
    `    host: ${JSON.stringify(host)}`,
    `    port: ${port}`,
    `    edge: { silence: ${durationBelow(silenceMs)} }`,
  ];
}

/** The setting that was in force, with more in it. What set it is known by its words. */
function timerLines(
  { timer, setBy, ms }: Remedy & { kind: 'raise-timer' },
  endpointId: string | undefined,
  evidence: Evidence,
  language: Language,
): readonly string[] {
  const line = `${timer}: ${durationText(ms)}`;
  if (setBy === 'timeouts') return ['timeouts:', `  ${line}`];
  const [, kind, name = ''] = /^(scenario|route|endpoint) (.*)$/s.exec(setBy) ?? [];
  if (kind === 'scenario') return ['scenarios:', `  ${name}:`, `    ${line}`];
  if (kind === 'route') return routeLines(name, line, evidence, language);
  if (kind !== 'endpoint') return [];
  const note = timer === 'first_byte' ? `  ${NOTES.timeout[language]}` : '';
  return endpointLines(endpointId, [`timeouts: { ${line} }${note}`], evidence, language);
}

function routeLines(name: string, line: string, evidence: Evidence, language: Language): readonly string[] {
  const route = evidence.settings.routes.find((one) => one.name === name);
  return [
    'routes:',
    `  - name: ${yamlText(name)}  ${NOTES.route[language]}`,
    ...(route ? matchLines(route) : []),
    `    timeouts: { ${line} }`,
  ];
}

/** Its conditions, so that pasted as it is it takes no more than it did. Header values may be secrets. */
function matchLines({ match }: Route): readonly string[] {
  const { model, protocol, stream, thinking, maxTokens, promptBytes, clientKey } = match;
  const written = {
    model,
    protocol,
    stream,
    thinking,
    max_tokens: maxTokens,
    prompt_bytes: promptBytes,
    client_key: clientKey,
  };
  const text = JSON.stringify(written);
  return text === '{}' ? [] : [`    match: ${text}`];
}
