import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GATEWAY, runWith, startFakeGateway, temporaryHome } from '../../test/doubles/fake-gateway.ts';
import type { CheckupEvent, CheckupOptions, Diagnosis } from '../domain/checkup.ts';
import type { Settings } from '../domain/settings.ts';
import type { CliPorts, Doctor } from './ports.ts';

const CONFIG = `clusters:
  main:
    endpoints:
      - { name: jp, base_url: "https://jp.example.com", api_key: secret-jp-key }
      - { name: spare, base_url: "https://spare.example.com", api_key: secret-spare-key }
`;

const SICK: Diagnosis = {
  healthy: false,
  headline: 'jp: it is cut',
  problems: [
    {
      check: 'silence',
      endpointId: '1e3e69eb',
      severity: 'warning',
      what: 'cut after 100 s',
      fix: 'tell the gateway',
      config: 'edge: { silence: 95s }',
    },
  ],
};
const WELL: Diagnosis = { healthy: true, headline: 'Healthy: nothing found.', problems: [] };

let temporary: ReturnType<typeof temporaryHome>;
let seen: { settings?: Settings; options?: CheckupOptions; signal?: AbortSignal };
beforeEach(() => {
  temporary = temporaryHome();
  seen = {};
  writeFileSync(join(temporary.home, 'config.yaml'), CONFIG);
});
afterEach(() => temporary.remove());

/** A doctor who says what he is told to. */
const saying = (diagnosis: Diagnosis, price?: number): Partial<CliPorts> => ({
  doctor: async (settings) => {
    seen.settings = settings;
    return {
      checkUp: async (options, onEvent, signal) => {
        seen = { ...seen, options, signal };
        for (const event of eventsOf(diagnosis)) onEvent(event);
        return diagnosis;
      },
      priceOfProbing: () => ({
        calls: 2,
        outputTokens: 39_000,
        ...(price === undefined ? {} : { microUsd: price }),
      }),
    } satisfies Doctor;
  },
});

const eventsOf = (diagnosis: Diagnosis): CheckupEvent[] => [
  { kind: 'endpoint', endpointId: '1e3e69eb', name: 'jp', baseUrl: 'https://jp.example.com' },
  { kind: 'began', name: 'tcp', text: 'connecting' },
  {
    kind: 'checked',
    check: {
      name: 'tcp',
      endpointId: '1e3e69eb',
      status: 'ok',
      tookMs: 12,
      summary: 'connects \u001b[31min 12 ms',
      details: ['203.0.113.7: 12 ms'],
      data: { medianMs: 12 },
    },
  },
  { kind: 'diagnosis', diagnosis },
];

const run = (argv: readonly string[], more: Partial<CliPorts> = saying(SICK)) =>
  runWith(['doctor', ...argv], temporary.home, more);

describe('doctor', () => {
  it('shows steps while they run, what they found, and what to do; 1 where something is wrong', async () => {
    const { code, out, err } = await run([]);
    expect(code).toBe(1);
    expect(err).toBe('1/14 tcp: connecting\n');
    expect(out).toContain('✓ tcp           connects in 12 ms\n');
    expect(out).toContain('1. silence: cut after 100 s\n   tell the gateway\n');
    expect(out).toContain(
      `In ${join(temporary.home, 'config.yaml')}, at the endpoint jp:\n       edge: { silence: 95s }`,
    );
    expect(out).not.toContain('\u001b');
  });

  it('0 where nothing is', async () => {
    const { code, out } = await run([], saying(WELL));
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n').at(-1)).toBe('Healthy: nothing found.');
  });

  it('as JSON: one object', async () => {
    const { code, out } = await run(['--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      endpoints: [{ endpointId: '1e3e69eb', name: 'jp', checks: [{ name: 'tcp', data: { medianMs: 12 } }] }],
      diagnosis: SICK,
    });
  });

  it('of one endpoint, with a model', async () => {
    await run(['spare', '--model', 'gpt-5']);
    const spare = seen.settings?.clusters[0]?.endpoints[1];
    expect(seen.options).toEqual({ endpoint: spare?.id, model: 'gpt-5' });
  });

  it('of a URL alone, with its key from the environment', async () => {
    const { code } = await run(['https://api.example.com/v1', '--api-key-env', 'KEY'], {
      ...saying(WELL),
      env: { KEY: 'a-secret-key' },
      home: '/nowhere',
    });
    expect(code).toBe(0);
    const endpoints = seen.settings?.clusters.flatMap((cluster) => cluster.endpoints);
    expect(endpoints).toMatchObject([{ baseUrl: 'https://api.example.com/v1', apiKey: 'a-secret-key' }]);
  });

  it.each([
    [['nobody'], /no endpoint/i],
    [['ftp://example.com'], /http:\/\/ or https/],
    [['https://example.com', '--api-key-env', 'UNSET'], /UNSET is not set/],
    [['--api-key-env', 'KEY'], /goes with a URL/],
    [['--silence-up-to', '130s'], /goes with --probe-edge/],
    [['--probe-edge', '--silence-up-to', 'soon'], /a duration/],
    [['--probe-edge', '--silence-up-to', '1ms'], /a duration/],
    [['--probe-edge', '--silence-up-to', '9000s'], /a duration/],
  ])('%j is a mistake', async (argv, words) => {
    const { code, err } = await run(argv);
    expect(code).toBe(2);
    expect(err).toMatch(words);
    expect(seen.options).toBeUndefined();
  });

  it('of the demo that runs, where there is no configuration', async () => {
    rmSync(join(temporary.home, 'config.yaml'));
    const endpoints = [{ ...GATEWAY.endpoints[0]!, baseUrl: 'http://127.0.0.1:4040' }];
    const gateway = await startFakeGateway(temporary.home, {
      ...GATEWAY,
      config: { ...GATEWAY.config, demo: true },
      endpoints,
    });
    const { code } = await run([], saying(WELL));
    await gateway.close();
    expect(code).toBe(0);
    expect(seen.settings?.clusters[0]?.endpoints).toMatchObject([{ baseUrl: 'http://127.0.0.1:4040' }]);
  });

  it('without a configuration, and with a broken one: 2', async () => {
    const none = await runWith(['doctor'], '/nowhere', saying(WELL));
    expect(none.code).toBe(2);
    writeFileSync(join(temporary.home, 'config.yaml'), 'clusters: 7\n');
    const broken = await run([]);
    expect(broken.code).toBe(2);
    expect(broken.err).toContain('config.yaml:1:');
  });
});

describe('doctor --probe-edge', () => {
  it('says what it costs, and does nothing unless agreed', async () => {
    const { code, err } = await run(['--probe-edge'], saying(WELL, 195_000));
    expect(err).toContain('long answers (calls: 2): up to 39,000 tokens, $0.1950 at list prices');
    expect(code).toBe(2);
    expect(seen.options).toBeUndefined();
    const asked: string[] = [];
    const confirm = (answer: boolean) => async (question: string) => {
      asked.push(question);
      return answer;
    };
    expect((await run(['--probe-edge'], { ...saying(WELL), confirm: confirm(false) })).code).toBe(2);
    expect((await run(['--probe-edge'], { ...saying(WELL), confirm: confirm(true) })).code).toBe(0);
    expect(asked).toHaveLength(2);
    expect(seen.options).toEqual({ probeEdge: true });
  });

  it.each([
    ['130s', 130_000],
    ['130', 130_000],
    ['2m', 120_000],
    ['500ms', 500],
  ])('--silence-up-to %s', async (text, ms) => {
    const { err } = await run(['--probe-edge', '--yes', '--silence-up-to', text]);
    expect(err).toContain('price unknown');
    expect(seen.options).toEqual({ probeEdge: true, silenceUpToMs: ms });
  });
});

it('Ctrl-C reaches the doctor', async () => {
  const stopping = new AbortController();
  await run([], { ...saying(WELL), interrupt: stopping.signal });
  stopping.abort();
  expect(seen.signal?.aborted).toBe(true);
});
