// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is the config's notation
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../domain/settings.ts';
import {
  addCluster,
  addEndpoint,
  type Environment,
  initialConfig,
  parseConfig,
  removeCluster,
  removeEndpoint,
  setEndpointEnabled,
  useCluster,
} from './config.ts';

const environment: Environment = {
  env: { KEY: 'resolved' },
  readSecretFile: () => 'k',
  configFolder: '/',
};

const FILE = `# head

# about clusters
clusters:
  # about a
  a: # beside a
    # about endpoints
    endpoints: # beside endpoints
      # about the first
      - base_url: https://a.example # beside base_url
        # inside the first
        api_key: \${KEY}

      # about the second
      - base_url: https://b.example
        weight: 5   # beside weight
      # after the second
    # after endpoints
  # after a
# about bare
bare: # beside bare
  endpoints:
    - { base_url: https://c.example } # beside c
# about default
default_cluster: a # beside default
# foot
`;

const comments = (text: string): string[] => [...text.matchAll(/#.*/g)].map(([comment]) => comment).sort();

async function settingsOf(text: string): Promise<Settings> {
  const result = await parseConfig(text, environment);
  expect(result.ok ? [] : result.error).toEqual([]);
  if (!result.ok) throw new Error('unreachable');
  return result.value;
}

const idOf = async (text: string, baseUrl: string): Promise<string> =>
  (await settingsOf(text)).clusters
    .flatMap(({ endpoints }) => endpoints)
    .find((one) => one.baseUrl === baseUrl)!.id;

function textOf(edited: ReturnType<typeof addCluster>): string {
  expect(edited.ok ? undefined : edited.error).toBeUndefined();
  return edited.ok ? edited.value : '';
}

/** The shape of what is configured: cluster → base URLs. */
const shapeOf = async (text: string) =>
  Object.fromEntries(
    (await settingsOf(text)).clusters.map(({ name, endpoints }) => [
      name,
      endpoints.map((one) => one.baseUrl.slice(8, 9)),
    ]),
  );

describe('edits do what they say and keep all comments', () => {
  it('addCluster', async () => {
    const text = textOf(addCluster(FILE, 'fresh', 'fastest'));
    expect(await shapeOf(text)).toEqual({ a: ['a', 'b'], fresh: [], bare: ['c'] });
    expect((await settingsOf(text)).clusters[1]?.strategy).toBe('fastest');
    expect(comments(text)).toEqual(comments(FILE));
  });

  it('useCluster', async () => {
    const text = textOf(useCluster(FILE, 'bare'));
    expect((await settingsOf(text)).defaultCluster).toBe('bare');
    expect(comments(text)).toEqual(comments(FILE));
  });

  it.each(['a', 'bare'])('addEndpoint to %s', async (cluster) => {
    const draft = {
      base_url: 'https://d.example',
      api_key: '12345',
      name: 'yes',
      weight: 7,
      priority: 3,
      timeout: '2m',
      protocols: ['openai-chat'] as const,
      headers: { 'x-a': '${KEY}' },
    };
    const text = textOf(addEndpoint(FILE, cluster, draft));
    const { clusters } = await settingsOf(text);
    expect(clusters.find(({ name }) => name === cluster)?.endpoints.at(-1)).toMatchObject({
      baseUrl: 'https://d.example',
      apiKey: '12345',
      name: 'yes',
      weight: 7,
      priority: 3,
      timeouts: { firstByteMs: 120_000 },
      protocols: ['openai-chat'],
      headers: { 'x-a': 'resolved' },
    });
    expect(comments(text)).toEqual(comments(FILE));
  });

  it('setEndpointEnabled, forth and back', async () => {
    const id = await idOf(FILE, 'https://a.example');
    const off = textOf(setEndpointEnabled(FILE, id, false, environment));
    expect((await settingsOf(off)).clusters[0]?.endpoints.map(({ enabled }) => enabled)).toEqual([
      false,
      true,
    ]);
    const on = textOf(setEndpointEnabled(off, id, true, environment));
    expect((await settingsOf(on)).clusters[0]?.endpoints.map(({ enabled }) => enabled)).toEqual([true, true]);
    expect([comments(off), comments(on)]).toEqual([comments(FILE), comments(FILE)]);
  });

  it.each([
    ['https://a.example', { a: ['b'], bare: ['c'] }, ['# beside base_url', '# inside the first']],
    ['https://b.example', { a: ['a'], bare: ['c'] }, ['# beside weight']],
    ['https://c.example', { a: ['a', 'b'], bare: [] }, ['# beside c']],
  ])('removeEndpoint %s: only what stood inside it goes with it', async (url, shape, gone) => {
    const text = textOf(removeEndpoint(FILE, await idOf(FILE, url), environment));
    expect(await shapeOf(text)).toEqual(shape);
    expect(comments(FILE).filter((comment) => !comments(text).includes(comment))).toEqual(gone);
  });

  it('removeCluster: only what stood inside it goes with it', async () => {
    const text = textOf(removeCluster(FILE, 'bare'));
    expect(await shapeOf(text)).toEqual({ a: ['a', 'b'] });
    const gone = comments(FILE).filter((comment) => !comments(text).includes(comment));
    expect(gone).toEqual(['# beside bare', '# beside c']);
  });

  it('takes an endpoint out of every cluster it stands in', async () => {
    const text =
      'a: {endpoints: [{base_url: "https://a"}, {base_url: "https://b"}]}\nb: {endpoints: [{base_url: "https://a"}]}\n';
    const edited = textOf(removeEndpoint(text, await idOf(text, 'https://a'), environment));
    expect(await shapeOf(edited)).toEqual({ a: ['b'], b: [] });
  });
});

describe('edits keep the manner of writing', () => {
  it('changes nothing but the line at stake', () => {
    const text = `listen:   7860     # here\n\nclusters:\n    main:\n        endpoints:\n        - {base_url:   https://a.example, headers: {x: "a very long text, ${'longer and '.repeat(12)}"}}\n`;
    expect(textOf(useCluster(text, 'main'))).toBe(`${text}default_cluster: main\n`);
  });

  it('adds just the lines of an endpoint', () => {
    const text = `a:   # beside\n  endpoints:\n    - base_url:   https://a.example\n      limits: { rps: 1}\ndrain:  60\n`;
    const edited = textOf(addEndpoint(text, 'a', { base_url: 'https://b.example' }));
    expect(edited).toBe(text.replace('drain', '    - base_url: https://b.example\ndrain'));
  });

  it('starts from nothing', async () => {
    const withCluster = textOf(addCluster('', 'main'));
    const text = textOf(
      addEndpoint(withCluster, 'main', { base_url: 'https://a.example', api_key: '${KEY}' }),
    );
    expect(text).toBe(
      'clusters:\n  main:\n    strategy: priority\n    endpoints:\n      - base_url: https://a.example\n        api_key: ${KEY}\n',
    );
    expect(await shapeOf(text)).toEqual({ main: ['a'] });
  });

  it.each(['# only a comment\n', 'clusters:\n  # nothing yet\n# foot\n', 'clusters: # beside\n'])(
    'keeps the comments of %j',
    (text) => {
      expect(comments(textOf(addCluster(text, 'main')))).toEqual(comments(text));
    },
  );

  it('fills a cluster whose endpoints are empty', async () => {
    const text = 'main:\n  endpoints: # beside\n    # nothing yet\n';
    const edited = textOf(addEndpoint(text, 'main', { base_url: 'https://a.example' }));
    expect(await shapeOf(edited)).toEqual({ main: ['a'] });
    expect(comments(edited)).toEqual(comments(text));
  });
});

describe('an edit that cannot be made is a problem', () => {
  const ONE = 'main:\n  endpoints:\n    - base_url: https://a.example\n';
  const never = () => environment;
  it.each<[string, () => ReturnType<typeof addCluster>, RegExp, number | undefined]>([
    ['a cluster that is there', () => addCluster(FILE, 'a'), /cluster "a" is there already/, 6],
    ['a bare cluster that is there', () => addCluster(FILE, 'bare'), /is there already/, 21],
    [
      'removing what is not there',
      () => removeCluster(FILE, 'z'),
      /no cluster "z"; expected one of a, bare/,
      4,
    ],
    ['removing the default cluster', () => removeCluster(FILE, 'a'), /still used here/, 25],
    [
      'removing a route’s cluster',
      () => removeCluster(`${FILE}routes:\n  - {cluster: bare}\n`, 'bare'),
      /still used here/,
      28,
    ],
    [
      'removing the only cluster',
      () => removeCluster(ONE, 'main'),
      /another cluster with an endpoint to remain/,
      1,
    ],
    ['using what is not there', () => useCluster(FILE, 'z'), /no cluster "z"/, 4],
    [
      'an endpoint for no cluster',
      () => addEndpoint(FILE, 'z', { base_url: 'https://a' }),
      /no cluster "z"/,
      4,
    ],
    [
      'an endpoint of a wrong scheme',
      () => addEndpoint(FILE, 'a', { base_url: 'ftp://a' }),
      /found scheme "ftp"/,
      undefined,
    ],
    [
      'an endpoint that is there',
      () => addEndpoint(FILE, 'a', { base_url: 'https://b.example' }),
      /in cluster "a" already/,
      15,
    ],
    [
      'an unknown id',
      () => removeEndpoint(FILE, '00000000', never()),
      /no endpoint with the id "00000000"/,
      undefined,
    ],
    [
      'enabling an unknown id',
      () => setEndpointEnabled(FILE, 'x', true, never()),
      /no endpoint with the id/,
      undefined,
    ],
    ['the text is no YAML', () => addCluster('a: [', 'b'), /not valid YAML/, 1],
    ['the text is a list', () => addCluster('- a\n', 'b'), /expected a mapping/, 1],
    [
      'the cluster is an alias',
      () => addEndpoint('a: &a {endpoints: []}\nb: *a\n', 'b', { base_url: 'https://a' }),
      /written out here/,
      2,
    ],
  ])('%s', (_, run, message, line) => {
    const edited = run();
    expect(edited.ok).toBe(false);
    if (edited.ok) return;
    expect(edited.error.message).toMatch(message);
    expect(edited.error.line).toBe(line);
  });

  it('removing the only endpoint', async () => {
    const edited = removeEndpoint(ONE, await idOf(ONE, 'https://a.example'), environment);
    expect(edited).toMatchObject({ ok: false, error: { line: 3, message: /another endpoint to remain/ } });
  });
});

/** Lines of a config, among which comments and blank lines may stand, each as deep as it likes. */
const BASE: readonly string[] = [
  'listen: 7860',
  'clusters:',
  '  a:',
  '    strategy: random',
  '    endpoints:',
  '      - base_url: https://a.example',
  '        api_key: k',
  '      - base_url: https://b.example',
  '        headers:',
  '          x-a: b',
  '  b:',
  '    endpoints: []',
  'bare:',
  '  endpoints:',
  '  - base_url: https://c.example',
  'retry: { max: 1 }',
  'routes:',
  '  - cluster: a',
];

describe('edits, wherever comments stand', () => {
  const between = fc.array(
    fc.oneof(
      fc.constant(''),
      fc.integer({ min: 0, max: 10 }).map((depth) => `${' '.repeat(depth)}#`),
    ),
    { maxLength: 3 },
  );
  const commented = fc
    .tuple(
      fc.array(between, { minLength: BASE.length + 1, maxLength: BASE.length + 1 }),
      fc.array(fc.boolean(), { minLength: BASE.length, maxLength: BASE.length }),
    )
    .map(([gaps, beside]) => {
      let number = 0;
      const gap = (index: number) => gaps[index]!.map((line) => (line === '' ? '' : `${line} c${number++};`));
      const lines = BASE.flatMap((line, index) => [
        ...gap(index),
        beside[index] ? `${line} # c${number++};` : line,
      ]);
      return `${[...lines, ...gap(BASE.length)].join('\n')}\n`;
    });
  const marks = (text: string): string[] => (text.match(/c\d+;/g) ?? []).sort();

  it('keep each of them', async () => {
    const id = await idOf(BASE.join('\n'), 'https://a.example');
    const edits: readonly ((text: string) => ReturnType<typeof addCluster>)[] = [
      (text) => addCluster(text, 'fresh'),
      (text) => useCluster(text, 'bare'),
      (text) => addEndpoint(text, 'a', { base_url: 'https://d.example' }),
      (text) => addEndpoint(text, 'b', { base_url: 'https://d.example' }),
      (text) => addEndpoint(text, 'bare', { base_url: 'https://d.example' }),
      (text) => setEndpointEnabled(text, id, false, environment),
    ];
    fc.assert(
      fc.property(commented, fc.constantFrom(...edits), (text, change) => {
        const edited = change(text);
        expect(edited.ok ? marks(edited.value) : edited.error).toEqual(marks(text));
      }),
      { numRuns: 150 },
    );
  });

  it('leave the rest of the settings as it was, and can be followed by another', async () => {
    const id = await idOf(BASE.join('\n'), 'https://b.example');
    await fc.assert(
      fc.asyncProperty(commented, async (text) => {
        const before = await settingsOf(text);
        const off = textOf(setEndpointEnabled(text, id, false, environment));
        const on = textOf(setEndpointEnabled(off, id, true, environment));
        expect(await settingsOf(on)).toEqual(before);
        const added = textOf(addEndpoint(on, 'b', { base_url: 'https://d.example' }));
        expect(await shapeOf(added)).toEqual({ a: ['a', 'b'], b: ['d'], bare: ['c'] });
        const without = textOf(removeEndpoint(added, id, environment));
        expect(await shapeOf(without)).toEqual({ a: ['a'], b: ['d'], bare: ['c'] });
        expect(await shapeOf(textOf(removeCluster(without, 'b')))).toEqual({ a: ['a'], bare: ['c'] });
      }),
      { numRuns: 30 },
    );
  });

  it('hold for every config that init writes', async () => {
    for (const env of [{}, { ANTHROPIC_API_KEY: 'a' }, { ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'b' }]) {
      const text = initialConfig(env);
      const edited = textOf(addCluster(text, 'fresh'));
      expect(comments(edited)).toEqual(comments(text));
    }
  });
});
