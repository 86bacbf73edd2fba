// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is the config's notation
import { describe, expect, it } from 'vitest';
import type { Settings } from '../domain/settings.ts';
import { applyChange, type ConfigChange, changeText, type Environment, parseConfig } from './config.ts';

const environment: Environment = {
  env: { KEY: 'resolved' },
  readSecretFile: () => 'k',
  configFolder: '/',
};

const FILE = `# head
listen: 127.0.0.1:7860 # beside listen
clusters:
  main: # beside main
    endpoints:
      # about a
      - base_url: https://a.example # beside a
        api_key: \${KEY}
        edge: none # beside edge
        timeout: 60s # beside timeout
      # about b
      - base_url: https://b.example
        timeouts:
          first_byte: 30s # beside first_byte
          idle: 20s
  spare:
    endpoints:
      - base_url: https://a.example
        api_key: \${KEY}
# about routes
routes:
  # about the first
  - match: { model: "gpt-*" } # beside match
    cluster: spare
# foot
`;

const comments = (text: string): string[] => [...text.matchAll(/#.*/g)].map(([comment]) => comment).sort();

async function settingsOf(text: string): Promise<Settings> {
  const parsed = await parseConfig(text, environment);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const idOf = async (text: string, baseUrl: string): Promise<string> =>
  (await settingsOf(text)).clusters
    .flatMap(({ endpoints }) => endpoints)
    .find((one) => one.baseUrl === baseUrl)!.id;

const A = await idOf(FILE, 'https://a.example');
const B = await idOf(FILE, 'https://b.example');

function changed(text: string, change: ConfigChange): string {
  const edited = applyChange(text, change, environment);
  if (!edited.ok) throw new Error(edited.error.message);
  return edited.value;
}

const endpoints = ({ clusters }: Settings) => clusters.flatMap((cluster) => cluster.endpoints);
const ROUTE: ConfigChange = {
  kind: 'route',
  route: { name: 'long', match: { model: 'claude-*', thinking: true }, cluster: 'spare' },
};

/** Each change: what it is read as afterwards, and the lines people are shown. */
const CHANGES: readonly [string, ConfigChange, (settings: Settings) => unknown, unknown, string][] = [
  [
    'an edge, where `none` stood, in both clusters',
    { kind: 'endpoint', id: A, key: 'edge', value: { silence: '100s' } },
    (settings) =>
      endpoints(settings)
        .filter(({ id }) => id === A)
        .map(({ edge }) => edge),
    [{ silenceMs: 100_000 }, { silenceMs: 100_000 }],
    'edge: { silence: 100s }',
  ],
  [
    'what cancelling saves',
    { kind: 'endpoint', id: B, key: 'cancel_stops_billing', value: false },
    (settings) => endpoints(settings).find(({ id }) => id === B)?.cancelStopsBilling,
    false,
    'cancel_stops_billing: false',
  ],
  [
    'the first byte in its short form',
    { kind: 'endpoint-first-byte', id: A, value: '5m' },
    (settings) => endpoints(settings).find(({ id }) => id === A)?.timeouts,
    { firstByteMs: 300_000 },
    'timeout: 5m',
  ],
  [
    'the first byte in its fine form',
    { kind: 'endpoint-first-byte', id: B, value: '5m' },
    (settings) => endpoints(settings).find(({ id }) => id === B)?.timeouts,
    { firstByteMs: 300_000, idleMs: 20_000 },
    'timeout: 5m',
  ],
  [
    'a value whose parents are not there yet',
    { kind: 'value', path: ['scenarios', 'reasoning', 'first_byte'], value: '4m' },
    ({ scenarios }) => scenarios.reasoning.firstByteMs,
    240_000,
    'scenarios:\n  reasoning:\n    first_byte: 4m',
  ],
  [
    'a value in a list',
    { kind: 'value', path: ['routes', 0, 'timeouts', 'first_byte'], value: '4m' },
    ({ routes }) => routes[0]?.timeouts,
    { firstByteMs: 240_000 },
    'routes:\n  - # 1\n    timeouts:\n      first_byte: 4m',
  ],
  [
    'an edge before a listener that was an address',
    { kind: 'listener', index: 0, host: '127.0.0.1', port: 7860, edge: { silence: '100s' } },
    ({ listen }) => listen,
    [{ name: '127.0.0.1:7860', host: '127.0.0.1', port: 7860, edge: { silenceMs: 100_000 } }],
    'listen:\n  - { host: 127.0.0.1, port: 7860, edge: { silence: 100s } }',
  ],
  [
    'a route before the others',
    ROUTE,
    ({ routes }) => routes.map(({ name, match, cluster }) => ({ name, match, cluster })),
    [
      { name: 'long', match: { model: ['claude-*'], thinking: true }, cluster: 'spare' },
      { name: 'route-2', match: { model: ['gpt-*'] }, cluster: 'spare' },
    ],
    'routes:\n  - name: long\n    match: { model: claude-*, thinking: true }\n    cluster: spare',
  ],
];

describe('a change does what it says and keeps all comments', () => {
  it.each(CHANGES)('%s', async (_, change, read, expected, shown) => {
    const text = changed(FILE, change);
    expect(read(await settingsOf(text))).toEqual(expected);
    expect(comments(text)).toEqual(comments(FILE));
    expect(changeText(change)).toBe(shown);
    expect(changed(text, change.kind === 'route' ? CHANGES[1]![1] : change)).toContain('# foot');
  });

  it('all of them, one after the other', async () => {
    const text = CHANGES.reduce((before, [, change]) => changed(before, change), FILE);
    expect(comments(text)).toEqual(comments(FILE));
    expect((await settingsOf(text)).routes).toHaveLength(2);
  });
});

describe('where nothing stands yet', () => {
  const BARE = 'main:\n  endpoints:\n    - base_url: https://a.example # a\n';

  it.each([
    ['a route', ROUTE, (settings: Settings) => settings.routes.length, 1],
    [
      'a listener',
      { kind: 'listener', index: 0, host: '127.0.0.1', port: 7860, edge: { silence: '9s' } },
      (settings: Settings) => settings.listen[0]?.edge,
      { silenceMs: 9_000 },
    ],
    [
      'a scenario',
      { kind: 'value', path: ['scenarios', 'chat', 'first_byte'], value: '90s' },
      (settings: Settings) => settings.scenarios.chat.firstByteMs,
      90_000,
    ],
  ] as const)('%s is added', async (_, change, read, expected) => {
    const text = changed(
      BARE,
      change.kind === 'route'
        ? ({ ...ROUTE, route: { ...ROUTE.route, cluster: 'main' } } as ConfigChange)
        : change,
    );
    expect(read(await settingsOf(text))).toEqual(expected);
    expect(text.startsWith(BARE)).toBe(true);
  });

  it.each([
    ['listen: [7860, 127.0.0.1:7861] # both\n', 1, [undefined, { silenceMs: 9_000 }]],
    ['listen:\n  - { port: 7860 } # one\n  - 127.0.0.1:7861 # two\n', 0, [{ silenceMs: 9_000 }, undefined]],
    ['listen: [{ host: 127.0.0.1, port: 7860, edge: cloudflare }]\n', 0, [{ silenceMs: 9_000 }]],
  ])('%j, listener %i', async (listen, index, edges) => {
    const change = {
      kind: 'listener',
      index,
      host: '127.0.0.1',
      port: 7861,
      edge: { silence: '9s' },
    } as const;
    const text = changed(listen + BARE, change);
    expect((await settingsOf(text)).listen.map(({ edge }) => edge)).toEqual(edges);
    expect(comments(text)).toEqual(comments(listen + BARE));
  });
});

it.each<[string, ConfigChange, string]>([
  ['main: &m {endpoints: [{base_url: https://a.example}]}\nroutes: *r\n', ROUTE, 'not valid YAML'],
  ['a: 1\n', { kind: 'endpoint', id: 'nobody', key: 'edge', value: 'none' }, 'no endpoint with the id'],
  ['scenarios: 7\n', { kind: 'value', path: ['scenarios', 'chat'], value: 1 }, 'expected a mapping'],
  ['routes: 7\n', ROUTE, 'expected a list'],
  ['listen: {a: 1}\n', { kind: 'listener', index: 0, host: 'h', port: 1, edge: 'none' }, 'written out'],
])('%j is refused', (text, change, said) => {
  const edited = applyChange(text, change, environment);
  expect(edited.ok ? '' : edited.error.message).toContain(said);
});
