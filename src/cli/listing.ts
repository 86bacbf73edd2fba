import type { Settings } from '../domain/settings.ts';
import { readConfigured } from './configured.ts';
import { filesOf } from './files.ts';
import { findGateway } from './gateway-state.ts';
import type { Cli } from './given.ts';
import { failWithout, showAnswer } from './with-gateway.ts';

/** A list that the running gateway knows best, and the configuration well enough. */
export interface Listing<T> {
  /** Path of the admin API. */
  readonly path: string;
  readonly fromSettings: (settings: Settings) => T;
  readonly empty: T;
  readonly show: (value: T) => number | Promise<number>;
}

/**
 * Shows a list from the running gateway; where none runs, from the configuration, with a remark on stderr
 * that health is unknown.
 */
export async function showListing<T>(cli: Cli, listing: Listing<T>): Promise<number> {
  const { ports, screen } = cli;
  const state = await findGateway(ports);
  if (state.kind === 'running')
    return showAnswer(cli, await state.gateway.get<T>(listing.path), listing.show);
  if (state.kind === 'refused') return failWithout(cli, state);
  const configured = await readConfigured(ports);
  switch (configured.kind) {
    case 'problems':
      return screen.problems(configured.text);
    case 'no-file':
      screen.remark('nothingConfigured', { file: filesOf(ports.home).config });
      return listing.show(listing.empty);
    case 'settings':
      screen.remark('fromConfig');
      return listing.show(listing.fromSettings(configured.settings));
  }
}
