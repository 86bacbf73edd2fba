import { describe, expect, it } from 'vitest';
import { initialConfig, jsonSchema, parseConfig } from './config.ts';

const KEY = 'sk-never-to-be-copied';

describe('initialConfig', () => {
  it.each<[string, Record<string, string>, unknown[]]>([
    ['nothing', {}, [['main', 'https://api.anthropic.com', '']]],
    ['an Anthropic key', { ANTHROPIC_API_KEY: KEY }, [['anthropic', 'https://api.anthropic.com', KEY]]],
    [
      'an Anthropic key and URL',
      { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: 'https://relay.example' },
      [['anthropic', 'https://relay.example', KEY]],
    ],
    ['an OpenAI key', { OPENAI_API_KEY: KEY }, [['openai', 'https://api.openai.com/v1', KEY]]],
    [
      'an OpenAI URL alone',
      { OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1' },
      [['openai', 'http://127.0.0.1:8000/v1', '']],
    ],
    [
      'both',
      { ANTHROPIC_API_KEY: KEY, OPENAI_API_KEY: `${KEY}-2` },
      [
        ['anthropic', 'https://api.anthropic.com', KEY],
        ['openai', 'https://api.openai.com/v1', `${KEY}-2`],
      ],
    ],
    [
      'a URL that leads back to the gateway',
      { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: 'http://localhost:7860' },
      [['anthropic', 'https://api.anthropic.com', KEY]],
    ],
    [
      'only a URL that leads back',
      { ANTHROPIC_BASE_URL: 'http://127.0.0.1:7860' },
      [['main', 'https://api.anthropic.com', '']],
    ],
    [
      'what would not load',
      { ANTHROPIC_API_KEY: 'a\nb', OPENAI_BASE_URL: 'nonsense' },
      [['main', 'https://api.anthropic.com', '']],
    ],
    [
      'empty variables',
      { ANTHROPIC_API_KEY: '', OPENAI_API_KEY: ' ' },
      [['main', 'https://api.anthropic.com', '']],
    ],
  ])('with %s set: loads, and holds no secret', async (_, env, expected) => {
    const text = initialConfig(env);
    expect(text).not.toContain(KEY);
    const readSecretFile = () => {
      throw new Error('it refers to no file');
    };
    const result = await parseConfig(text, { env, readSecretFile, configFolder: '/' });
    expect(result.ok ? [] : result.error).toEqual([]);
    const clusters = result.ok ? result.value.clusters : [];
    expect(
      clusters.flatMap(({ name, endpoints }) =>
        endpoints.map(({ baseUrl, apiKey }) => [name, baseUrl, apiKey]),
      ),
    ).toEqual(expected);
  });

  it('sends each protocol to the vendor that speaks it', async () => {
    const env = { ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'b' };
    const result = await parseConfig(initialConfig(env), {
      env,
      readSecretFile: () => '',
      configFolder: '/',
    });
    expect(result).toMatchObject({
      ok: true,
      value: {
        defaultCluster: 'anthropic',
        routes: [{ match: { protocol: ['openai-chat', 'openai-responses'] }, cluster: 'openai' }],
      },
    });
  });

  it('loads with its commented lines taken in, one at a time', async () => {
    const lines = initialConfig({}).split('\n');
    const env = { env: {}, readSecretFile: () => 'k', configFolder: '/' };
    const switchable = lines.flatMap((line, index) => (/^# [a-z_]+: ?\{/.test(line) ? [index] : []));
    expect(switchable.length).toBeGreaterThan(3);
    for (const index of switchable) {
      const text = lines.map((line, at) => (at === index ? line.slice(2) : line)).join('\n');
      const result = await parseConfig(text, env);
      expect(result.ok ? [] : result.error).toEqual([]);
    }
  });
});

describe('jsonSchema', () => {
  it('knows the cluster that stands at the top level by its name', async () => {
    expect(await jsonSchema()).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        clusters: { additionalProperties: { required: ['endpoints'] } },
        retry: { type: 'object' },
      },
      additionalProperties: {
        type: 'object',
        required: ['endpoints'],
        properties: {
          endpoints: { type: 'array', items: { required: ['base_url'], additionalProperties: false } },
        },
      },
    });
  });

  it('requires nothing at the top level, and can be written out', async () => {
    const schema = (await jsonSchema()) as Record<string, unknown>;
    expect(schema.required).toBeUndefined();
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});
