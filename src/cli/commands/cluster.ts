import type { Strategy } from '../../domain/endpoint.ts';
import type { ClusterView } from '../../domain/view.ts';
import { clusterViews } from '../configured.ts';
import { editConfig } from '../edit-config.ts';
import { showEndpointStates } from '../endpoint-tables.ts';
import type { Cli, Run } from '../given.ts';
import { showListing } from '../listing.ts';
import type { Cell } from '../table.ts';

/** `cluster list [NAME]`. */
export const clusterList: Run = (cli, given) => {
  const name = given.words[0];
  return showListing<readonly ClusterView[]>(cli, {
    path: 'clusters',
    fromSettings: clusterViews,
    empty: [],
    show: (clusters) =>
      name === undefined
        ? showClusters(cli, clusters, given.flag('json'))
        : showCluster(cli, clusters, name, given.flag('json')),
  });
};

async function showClusters(
  { screen }: Cli,
  clusters: readonly ClusterView[],
  asJson: boolean,
): Promise<number> {
  if (asJson) screen.json(clusters);
  else if (clusters.length > 0) {
    const rows = clusters.map(({ name, strategy, isDefault, endpoints }): Cell[] => {
      const inUse = endpoints.filter(({ enabled, inQueue }) => enabled && !inQueue).length;
      return [
        name,
        strategy,
        isDefault ? { text: screen.text('yes'), paint: screen.paint.good } : '-',
        String(endpoints.length),
        String(inUse),
        String(endpoints.filter(({ inQueue }) => inQueue).length),
      ];
    });
    await screen.table(
      [
        { title: screen.text('colName'), shorten: 'end' },
        { title: screen.text('colStrategy') },
        { title: screen.text('colDefault') },
        { title: screen.text('colEndpoints'), align: 'right' },
        { title: screen.text('colInUse'), align: 'right' },
        { title: screen.text('colQueued'), align: 'right' },
      ],
      rows,
    );
  }
  return 0;
}

async function showCluster(
  { screen }: Cli,
  clusters: readonly ClusterView[],
  name: string,
  asJson: boolean,
): Promise<number> {
  const cluster = clusters.find((one) => one.name === name);
  if (!cluster) {
    const known = clusters.map((one) => one.name).join(', ') || '-';
    return screen.fail(screen.text('noSuchCluster', { name, known }));
  }
  if (asJson) {
    screen.json(cluster);
    return 0;
  }
  const key = cluster.isDefault ? 'defaultClusterHeading' : 'clusterHeading';
  screen.line(screen.paint.strong(screen.text(key, { name, strategy: cluster.strategy })));
  screen.line();
  if (cluster.endpoints.length === 0) screen.say('clusterEmpty', { name });
  await showEndpointStates(screen, cluster.endpoints);
  return 0;
}

/** `cluster add NAME [--strategy]`. */
export const clusterAdd: Run = (cli, given) => {
  const name = given.words[0] ?? '';
  return editConfig(cli, {
    edit: (text, config) => config.addCluster(text, name, given.text('strategy') as Strategy | undefined),
    done: () => cli.screen.text('clusterAdded', { name }),
  });
};

/** `cluster remove NAME`. */
export const clusterRemove: Run = (cli, given) => {
  const name = given.words[0] ?? '';
  return editConfig(cli, {
    edit: (text, config) => config.removeCluster(text, name),
    done: () => cli.screen.text('clusterRemoved', { name }),
  });
};

/** `cluster use NAME`: makes it the default one. */
export const clusterUse: Run = (cli, given) => {
  const name = given.words[0] ?? '';
  return editConfig(cli, {
    edit: (text, config) => config.useCluster(text, name),
    done: () => cli.screen.text('clusterUsed', { name }),
  });
};
