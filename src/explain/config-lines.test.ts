import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { BLAMED } from '../../test/doubles/explain/fake-cases.ts';
import { BEGAN_AT, failedAttempt, fakeEvidence } from '../../test/doubles/explain/fake-evidence.ts';
import { parseConfig } from '../config/config.ts';
import { explain } from './explain.ts';

/** The configuration that the evidence of the tables is about. */
const CONFIG = `
listen: [{ name: door, host: 127.0.0.1, port: 7860 }]
auth: { keys: [{ name: team, key: local-key-1 }] }
clusters:
  main:
    endpoints:
      - { name: main-door, base_url: "https://api.test", api_key: key-1 }
      - { name: spare, base_url: "https://spare.test", api_key: key-2, priority: 2 }
routes:
  - { name: long ones, match: { model: "claude-*" }, timeouts: { first_byte: 2s } }
`;

type Tree = Record<string, unknown>;

/** Merged as a person would who pastes it: lists by name, or URL where there is no name; the rest key by key. */
function merged(into: unknown, from: unknown): unknown {
  if (Array.isArray(into) && Array.isArray(from)) {
    const result = [...into] as Tree[];
    for (const one of from as Tree[]) {
      const at = result.findIndex((other) =>
        'name' in one ? other.name === one.name : other.base_url === one.base_url,
      );
      if (at < 0) result.push(one);
      else result[at] = merged(result[at], one) as Tree;
    }
    return result;
  }
  const isTree = (value: unknown): value is Tree =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isTree(into) || !isTree(from)) return from;
  const result: Tree = { ...into };
  for (const [key, value] of Object.entries(from))
    result[key] = key in into ? merged(into[key], value) : value;
  return result;
}

async function problemsOf(yaml: string): Promise<readonly string[]> {
  const parsed = await parseConfig(yaml, {
    env: { SECOND_API_KEY: 'second-key', API_KEY: 'another-key' },
    configFolder: '/',
    readSecretFile: () => {
      throw new Error('none');
    },
  });
  return parsed.ok ? [] : parsed.error.map(({ line, message }) => `${line}: ${message}`);
}

const findings = BLAMED.flatMap(({ name, evidence }) =>
  (['en', 'zh'] as const).flatMap((language) =>
    explain(evidence, language, BEGAN_AT + 3_600_000).findings.flatMap(({ kind, config }) =>
      config === undefined ? [] : [{ name, kind, language, config }],
    ),
  ),
);

describe('the lines of configuration that a finding gives', () => {
  it.each(findings)('$language $kind parse in their place: $name', async ({ config }) => {
    expect(await problemsOf(stringify(merged(parse(CONFIG), parse(config))))).toEqual([]);
  });

  it('are there for every kind that a setting mends', () => {
    const kinds = new Set(findings.map(({ kind }) => kind));
    const mended = [
      'upstream-slow',
      'network-bad',
      'server-down',
      'rate-limited',
      'misconfigured',
      'timer-short',
      'edge-cut',
      'client-gave-up',
      'queue-full',
    ];
    expect(mended.filter((kind) => !kinds.has(kind as never))).toEqual([]);
  });

  it.each([
    ['scenario chat', 'scenarios:\n  chat:\n    first_byte: 5s'],
    ['timeouts', 'timeouts:\n  first_byte: 5s'],
    [
      'route long ones',
      'routes:\n  - name: "long ones"  # its other lines stay\n    match: {"model":["claude-*"]}\n    timeouts: { first_byte: 5s }',
    ],
    [
      'endpoint main-door',
      'clusters:\n  main:\n    endpoints:\n      - name: main-door  # added to this endpoint; its other lines stay\n        base_url: https://api.test\n        timeouts: { first_byte: 5s }  # and no smaller "timeout" beside it',
    ],
    ['header x-qcc-timeout', undefined],
  ])('raise the timer where it was set: %s', async (setBy, expected) => {
    const timer = { name: 'first_byte', ms: 2_000, setBy } as const;
    const evidence = fakeEvidence({
      attempts: [failedAttempt({ result: 'timeout', timer, totalMs: 2_000, phase: 'wait' })],
      others: [
        {
          ...failedAttempt({ result: 'timeout' }),
          result: 'answered',
          exchangeId: 'req-0other',
          firstByteMs: 3_000,
          streamed: true,
        },
      ],
      more: {
        settings: {
          queueMax: 100,
          disconnect: { policy: 'auto', graceMs: 1, cutSilenceMs: 1, stalledMs: 1 },
          routes: [{ name: 'long ones', match: { model: ['claude-*'] }, timeouts: { firstByteMs: 2_000 } }],
        },
      },
    });
    const [finding] = explain(evidence, 'en', BEGAN_AT).findings;
    expect(finding?.kind).toBe('timer-short');
    expect(finding?.config).toBe(expected);
    if (expected) expect(await problemsOf(stringify(merged(parse(CONFIG), parse(expected))))).toEqual([]);
  });
});
