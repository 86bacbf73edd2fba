import type { HealthEvent } from '../../domain/health.ts';
import type { HealthView } from '../../domain/view.ts';
import { chooseEndpoint } from '../choose.ts';
import { endpointViews } from '../configured.ts';
import { ago, showEndpointHealth, showLastErrors } from '../endpoint-tables.ts';
import type { Run } from '../given.ts';
import { showListing } from '../listing.ts';
import { showAnswer, withGateway } from '../with-gateway.ts';

const NOBODY: HealthView = { counts: { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0 }, endpoints: [] };

/** `health status`. */
export const healthStatus: Run = (cli, given) =>
  showListing<HealthView>(cli, {
    path: 'health',
    fromSettings: (settings) => {
      const endpoints = endpointViews(settings);
      return { counts: { ...NOBODY.counts, unknown: endpoints.length }, endpoints };
    },
    empty: NOBODY,
    show: async (health) => {
      const { screen } = cli;
      if (given.flag('json')) screen.json(health);
      else if (health.endpoints.length > 0) {
        screen.say('healthCounts', health.counts);
        screen.line();
        await showEndpointHealth(screen, health.endpoints);
        await showLastErrors(screen, health.endpoints, Date.now());
      }
      return 0;
    },
  });

/** `health history ID`. */
export const healthHistory: Run = (cli, given) =>
  withGateway(cli, async (gateway, view) => {
    const { screen } = cli;
    const endpoint = chooseEndpoint(screen, view.endpoints, given.words[0] ?? '');
    if (!endpoint) return 1;
    const limit = given.number('lines');
    const path = `endpoints/${encodeURIComponent(endpoint.id)}/history${limit ? `?limit=${limit}` : ''}`;
    return showAnswer(cli, await gateway.get<readonly HealthEvent[]>(path), async (events) => {
      if (given.flag('json')) screen.json(events);
      else if (events.length === 0) screen.say('noHistory', { id: endpoint.id });
      else {
        await screen.table(
          [
            { title: screen.text('colWhen') },
            { title: screen.text('colEvent') },
            { title: screen.text('colDetail'), shorten: 'end' },
          ],
          events.map(({ at, kind, detail }) => [ago(screen, Date.now() - at), screen.text(kind), detail]),
        );
      }
      return 0;
    });
  });
