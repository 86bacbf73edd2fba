import { isIP } from 'node:net';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Settings } from '../domain/settings.ts';
import { inWords } from './figures.ts';
import { type Complaint, type Finding, type Step, withComplaints } from './step.ts';
import type { Say } from './texts.ts';

/** `localhost`, and addresses of this machine. */
export function isLoopback(host: string): boolean {
  if (host === '::1' || host === 'localhost' || host.endsWith('.localhost')) return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

/** A path below the API that people take for the base URL. */
const CALL_PATH = /(?:\/v1)?\/(?:messages|chat\/completions|responses|models)\/?$/;

function aboutUrl(endpoint: Endpoint, settings: Settings, say: Say): Complaint[] {
  const url = new URL(endpoint.baseUrl);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const found: Complaint[] = [];
  if (CALL_PATH.test(url.pathname)) {
    const base = `${url.origin}${url.pathname.replace(CALL_PATH, '')}`;
    found.push({
      severity: 'bad',
      what: say('urlHasCallPath', { url: endpoint.baseUrl }),
      fix: say('urlHasCallPathFix', { base }),
      config: `base_url: "${base}"`,
    });
  }
  if (url.protocol === 'http:' && !isLoopback(host) && endpoint.apiKey !== '') {
    found.push({ severity: 'warning', what: say('keyInTheClear', { host }), fix: say('keyInTheClearFix') });
  }
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (isLoopback(host) && settings.listen.some((one) => one.port === port && port !== 0)) {
    found.push({
      severity: 'bad',
      what: say('pointsAtGateway', { url: endpoint.baseUrl }),
      fix: say('pointsAtGatewayFix'),
    });
  }
  return found;
}

function aboutKey({ apiKey }: Endpoint, say: Say): Complaint[] {
  if (/^bearer\s/i.test(apiKey)) {
    return [{ severity: 'bad', what: say('keyHasBearer'), fix: say('keyHasBearerFix') }];
  }
  if (/[^\x21-\x7e]/.test(apiKey)) {
    return [{ severity: 'bad', what: say('keyHasOddSigns'), fix: say('keyHasOddSignsFix') }];
  }
  return [];
}

function inForce(endpoint: Endpoint, settings: Settings, say: Say): string[] {
  const { protocols, models, edge, timeouts, proxy, apiKey } = endpoint;
  const clusters = settings.clusters.filter((one) => one.endpoints.some(({ id }) => id === endpoint.id));
  const timers = Object.entries({ ...settings.timeouts, ...timeouts })
    .map(([name, ms]) => `${name.replace(/Ms$/, '')} ${inWords(ms)}`)
    .join(', ');
  const renamed = Object.entries(models).map(([asked, sent]) => `${asked} → ${sent}`);
  const lines = [
    say('inForceClusters', { clusters: clusters.map(({ name }) => name).join(', ') || '–' }),
    say('inForceProtocols', { protocols: protocols.join(', ') }),
    say(apiKey === '' ? 'inForceNoKey' : 'inForceKey'),
    say('inForceTimers', { timers: timers || say('inForceScenario') }),
    say('inForceEdge', {
      edge:
        [
          ...(edge?.silenceMs === undefined ? [] : [say('edgeSilence', { time: inWords(edge.silenceMs) })]),
          ...(edge?.totalMs === undefined ? [] : [say('edgeTotal', { time: inWords(edge.totalMs) })]),
        ].join(', ') || '–',
    }),
  ];
  if (proxy !== undefined) lines.push(say('inForceProxy', { proxy: new URL(proxy).host }));
  if (renamed.length > 0) lines.push(say('inForceModels', { models: renamed.slice(0, 20).join(', ') }));
  if (!endpoint.enabled) lines.push(say('inForceDisabled'));
  return lines;
}

/** What the configuration says of an endpoint, and the slips that can be seen without asking anybody. */
function judgeConfig(endpoint: Endpoint, settings: Settings, say: Say): Finding {
  const complaints = [...aboutUrl(endpoint, settings, say), ...aboutKey(endpoint, say)];
  return withComplaints(complaints, {
    summary: complaints[0]?.what ?? say('configFine', { name: endpoint.name, url: endpoint.baseUrl }),
    details: inForce(endpoint, settings, say),
    data: { protocols: endpoint.protocols, enabled: endpoint.enabled, hasKey: endpoint.apiKey !== '' },
  });
}

export const configStep: Step = {
  name: 'config',
  needs: [],
  look: async ({ endpoint, ports, say }) => judgeConfig(endpoint, ports.settings, say),
};
