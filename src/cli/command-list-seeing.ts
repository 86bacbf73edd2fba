import { JSON_OPTION, LEDGER_OPTIONS, LIMIT_OPTION, SHOW_OPTIONS, SINCE_OPTION } from './command-options.ts';
import type { CommandSpec } from './given.ts';

const REQUESTS: readonly CommandSpec[] = [
  {
    path: 'logs',
    about: 'aboutLogs',
    options: [
      { flags: '--slow <seconds>', about: 'aboutSlow', kind: 'seconds' },
      { flags: '--failed', about: 'aboutFailed' },
      { flags: '--lost', about: 'aboutLostOnly' },
      ...LEDGER_OPTIONS,
      { flags: '--cause <cause>', about: 'aboutCause' },
      LIMIT_OPTION,
      { flags: '-f, --follow', about: 'aboutFollowRows' },
      ...SHOW_OPTIONS,
    ],
    examples: ['logs --slow 100 --since 24h', 'logs --failed --cause edge-timeout', 'logs -f'],
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  {
    path: 'explain',
    args: '[what...]',
    about: 'aboutExplain',
    options: [JSON_OPTION],
    examples: [
      'explain',
      'explain req-01m2gq8z5c7k3x',
      'explain < page.html',
      'explain "524 status code (no body)"',
    ],
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    path: 'top',
    about: 'aboutTop',
    options: [
      { flags: '--once', about: 'aboutOnce' },
      { flags: '--json', about: 'aboutJsonOnce' },
    ],
    examples: ['top', 'top --once', 'top --json | jq .runningCount'],
    load: async () => (await import('./commands/top.ts')).top,
  },
];

const EXCHANGE: readonly CommandSpec[] = [
  {
    path: 'exchange list',
    about: 'aboutExchangeList',
    options: [JSON_OPTION],
    examples: ['exchange list'],
    load: async () => (await import('./commands/exchange.ts')).exchangeList,
  },
  {
    path: 'exchange show',
    args: '<id>',
    about: 'aboutExchangeShow',
    options: [JSON_OPTION],
    examples: ['exchange show req-7k3q9xm2abc'],
    load: async () => (await import('./commands/exchange.ts')).exchangeShow,
  },
  {
    path: 'exchange cancel',
    args: '<id>',
    about: 'aboutExchangeCancel',
    examples: ['exchange cancel req-7k3q9xm2abc'],
    load: async () => (await import('./commands/exchange.ts')).exchangeCancel,
  },
];

const LEDGER: readonly CommandSpec[] = [
  {
    path: 'ledger summary',
    about: 'aboutLedgerSummary',
    options: [
      { flags: '--by <what>', about: 'aboutBy', kind: 'grouping' },
      ...LEDGER_OPTIONS,
      ...SHOW_OPTIONS,
    ],
    examples: ['ledger summary --by model --since 7d', 'ledger summary --by day --csv > days.csv'],
    load: async () => (await import('./commands/ledger.ts')).ledgerSummary,
  },
  {
    path: 'ledger list',
    about: 'aboutLedgerList',
    options: [...LEDGER_OPTIONS, LIMIT_OPTION, ...SHOW_OPTIONS],
    examples: ['ledger list --since 24h', 'ledger list --since 2026-11-01 --limit 10000 --csv'],
    load: async () => (await import('./commands/ledger.ts')).ledgerList,
  },
  {
    path: 'ledger lost',
    about: 'aboutLedgerLost',
    options: [...LEDGER_OPTIONS, LIMIT_OPTION, ...SHOW_OPTIONS],
    examples: ['ledger lost --since 7d'],
    load: async () => (await import('./commands/ledger.ts')).ledgerLost,
  },
];

/** What looks at the whole, and says what to do. */
const CARE: readonly CommandSpec[] = [
  {
    path: 'doctor',
    args: '[endpoint]',
    about: 'aboutDoctor',
    options: [
      { flags: '--model <name>', about: 'aboutCheckupModel' },
      { flags: '--probe-edge', about: 'aboutProbeEdge' },
      { flags: '--silence-up-to <time>', about: 'aboutSilenceUpTo', kind: 'duration' },
      { flags: '--yes', about: 'aboutYesProbe' },
      { flags: '--api-key-env <name>', about: 'aboutCheckupKey' },
      { flags: '--json', about: 'aboutDoctorJson' },
    ],
    examples: ['doctor', 'doctor 1e3e --probe-edge', 'doctor https://api.example.com --api-key-env KEY'],
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  {
    path: 'advise',
    about: 'aboutAdvise',
    options: [
      SINCE_OPTION,
      { flags: '--apply', about: 'aboutApply' },
      { flags: '--yes', about: 'aboutYes' },
      JSON_OPTION,
    ],
    examples: ['advise --since 7d', 'advise --apply'],
    load: async () => (await import('./commands/advise.ts')).adviseCommand,
  },
  {
    path: 'alerts test',
    about: 'aboutAlertsTest',
    options: [JSON_OPTION],
    examples: ['alerts test'],
    load: async () => (await import('./commands/alerts.ts')).alertsTest,
  },
];

/** Commands that look at requests, past and present, and at what is wrong. */
export const SEEING: readonly CommandSpec[] = [...REQUESTS, ...EXCHANGE, ...LEDGER, ...CARE];
