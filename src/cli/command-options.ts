import type { OptionSpec } from './given.ts';

/** Options that several commands take, and take alike. */
export const JSON_OPTION: OptionSpec = { flags: '--json', about: 'aboutJson' };
export const SINCE_OPTION: OptionSpec = { flags: '--since <when>', about: 'aboutSince', kind: 'since' };
export const LEDGER_OPTIONS: readonly OptionSpec[] = [
  SINCE_OPTION,
  { flags: '--model <name>', about: 'aboutOfModel' },
  { flags: '--client <name>', about: 'aboutOfClient' },
  { flags: '--endpoint <id>', about: 'aboutOfEndpoint' },
];
export const SHOW_OPTIONS: readonly OptionSpec[] = [JSON_OPTION, { flags: '--csv', about: 'aboutCsv' }];
export const LIMIT_OPTION: OptionSpec = { flags: '--limit <count>', about: 'aboutLimit', kind: 'count' };
