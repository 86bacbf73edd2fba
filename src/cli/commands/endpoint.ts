import type { EndpointView } from '../../domain/health.ts';
import type { VerificationView } from '../../domain/view.ts';
import { chooseEndpoint } from '../choose.ts';
import { endpointViews } from '../configured.ts';
import { chooseConfigured, editConfig } from '../edit-config.ts';
import { showEndpointSettings } from '../endpoint-tables.ts';
import type { Cli, Run } from '../given.ts';
import { showListing } from '../listing.ts';
import { showVerifications } from '../verifications.ts';
import { showAnswer, withGateway } from '../with-gateway.ts';

/** `endpoint list`. */
export const endpointList: Run = (cli, given) =>
  showListing<readonly EndpointView[]>(cli, {
    path: 'endpoints',
    fromSettings: endpointViews,
    empty: [],
    show: async (endpoints) => {
      if (given.flag('json')) cli.screen.json(endpoints);
      else if (endpoints.length > 0) await showEndpointSettings(cli.screen, endpoints);
      return 0;
    },
  });

/** `endpoint test [ID]`: a real conversation, with one or with all enabled ones. */
export const endpointTest: Run = (cli, given) =>
  withGateway(cli, async (gateway, view) => {
    const word = given.words[0];
    const chosen = word === undefined ? undefined : chooseEndpoint(cli.screen, view.endpoints, word);
    if (word !== undefined && !chosen) return 1;
    cli.screen.progress(cli.screen.text('verifying'));
    const path = chosen ? `endpoints/${encodeURIComponent(chosen.id)}/verify` : 'health/verify';
    const answer = await gateway.post<readonly VerificationView[]>(path);
    cli.screen.progressDone();
    return showAnswer(cli, answer, (found) => showVerifications(cli, found, given.flag('json')));
  });

/** `endpoint forget-edge ID`: the learned one; a configured edge is the file's business. */
export const endpointForgetEdge: Run = (cli, given) =>
  withGateway(cli, async (gateway, view) => {
    const { screen } = cli;
    const endpoint = chooseEndpoint(screen, view.endpoints, given.words[0] ?? '');
    if (!endpoint) return 1;
    const { id, name } = endpoint;
    const path = `endpoints/${encodeURIComponent(id)}/forget-edge`;
    return showAnswer(cli, await gateway.post<{ forgotten: boolean }>(path), ({ forgotten }) => {
      screen.say(forgotten ? 'edgeForgotten' : 'noLearnedEdge', { id, name });
      return 0;
    });
  });

/** `endpoint remove ID`. */
export const endpointRemove: Run = async (cli, given) => {
  const endpoint = await chooseConfigured(cli, given.words[0] ?? '');
  if (typeof endpoint === 'number') return endpoint;
  const { id, name } = endpoint;
  return editConfig(cli, {
    edit: (text, config, environment) => config.removeEndpoint(text, id, environment),
    done: () => cli.screen.text('endpointRemoved', { id, name }),
  });
};

/** `endpoint enable ID`. */
export const endpointEnable: Run = (cli, given) => setEnabled(cli, given.words[0] ?? '', true);

/** `endpoint disable ID`. */
export const endpointDisable: Run = (cli, given) => setEnabled(cli, given.words[0] ?? '', false);

async function setEnabled(cli: Cli, word: string, enabled: boolean): Promise<number> {
  const endpoint = await chooseConfigured(cli, word);
  if (typeof endpoint === 'number') return endpoint;
  const { id, name } = endpoint;
  return editConfig(cli, {
    edit: (text, config, environment) => config.setEndpointEnabled(text, id, enabled, environment),
    done: () => cli.screen.text(enabled ? 'endpointEnabled' : 'endpointDisabled', { id, name }),
  });
}
