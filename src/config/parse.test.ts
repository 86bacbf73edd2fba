// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is the config's notation
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Settings } from '../domain/settings.ts';
import { type ConfigProblem, demoSettings, type Environment, loadConfig, parseConfig } from './config.ts';

const SECRET = 'sk-very-secret-1234567890';

const environment: Environment = {
  env: { KEY: SECRET, HOST: 'relay.example.com', EMPTY: '', NEWLINE: 'a\nb', TRICK: 'file:/etc/passwd' },
  readSecretFile: (path) => {
    if (path === '/etc/qcc/team.key' || path === '/abs/team.key') return `${SECRET}\n`;
    if (path === '/abs/blank.key') return ' \n';
    throw Object.assign(new Error(`secret reader said ${SECRET}`), {
      code: path.includes('locked') ? 'EACCES' : 'ENOENT',
    });
  },
  configFolder: '/etc/qcc',
};

async function settingsOf(text: string): Promise<Settings> {
  const result = await parseConfig(text, environment);
  expect(result.ok ? [] : result.error).toEqual([]);
  if (!result.ok) throw new Error('unreachable');
  return result.value;
}

async function problemsOf(text: string): Promise<readonly ConfigProblem[]> {
  const result = await parseConfig(text, environment);
  expect(result.ok).toBe(false);
  return result.ok ? [] : result.error;
}

const CLUSTER = 'main:\n  endpoints:\n    - base_url: https://a.example\n';

describe('the form with the cluster’s name at the top level', () => {
  const text = `test2:
  endpoints:
    - base_url: https://jp.duckcoding.com
      api_key: sk-...
      weight: 100
      priority: 1
      timeout: 90
      max_failures: 3
    - base_url: https://backup.example.com
      api_key: sk-...
      weight: 50
      priority: 2
      timeout: 90
`;

  it('loads as it stands', async () => {
    const { clusters, defaultCluster } = await settingsOf(text);
    expect(defaultCluster).toBe('test2');
    expect(clusters).toHaveLength(1);
    expect(
      clusters[0]?.endpoints.map(({ weight, priority, timeouts }) => ({ weight, priority, timeouts })),
    ).toEqual([
      { weight: 100, priority: 1, timeouts: { firstByteMs: 90_000 } },
      { weight: 50, priority: 2, timeouts: { firstByteMs: 90_000 } },
    ]);
    const hash = createHash('sha256').update('https://jp.duckcoding.com|sk-...').digest('hex');
    expect(clusters[0]?.endpoints[0]).toMatchObject({
      id: hash.slice(0, 8),
      name: 'jp.duckcoding.com',
      maxFailures: 3,
      protocols: ['anthropic-messages', 'openai-chat', 'openai-responses'],
    });
  });

  it('stands beside `clusters`, in the order of the file', async () => {
    const settings = await settingsOf(`clusters:\n  b: {endpoints: []}\n${CLUSTER}`);
    expect(settings.clusters.map(({ name }) => name)).toEqual(['b', 'main']);
    expect(settings.defaultCluster).toBe('b');
  });
});

describe('settings', () => {
  it('are those of the demo, but for the cluster, where the config says nothing', async () => {
    const { clusters: _, defaultCluster: __, ...settings } = await settingsOf(CLUSTER);
    const { clusters: demo, defaultCluster, ...demoRest } = demoSettings('http://127.0.0.1:9');
    expect(demoRest).toEqual(settings);
    expect(defaultCluster).toBe('demo');
    expect(demo[0]?.endpoints[0]?.baseUrl).toBe('http://127.0.0.1:9');
    expect(Object.keys(demo[0]!.endpoints[0]!)).toEqual(
      Object.keys((await settingsOf(CLUSTER)).clusters[0]!.endpoints[0]!),
    );
  });

  it('have the documented defaults', async () => {
    const { clusters: _, ...settings } = await settingsOf(CLUSTER);
    expect(settings).toEqual({
      listen: [{ name: '127.0.0.1:7860', host: '127.0.0.1', port: 7860 }],
      auth: { keys: [] },
      admin: {},
      defaultCluster: 'main',
      routes: [],
      scenarios: {
        quick: { connectMs: 10_000, firstByteMs: 30_000, idleMs: 60_000, totalMs: 300_000 },
        chat: { connectMs: 10_000, firstByteMs: 60_000, idleMs: 60_000, totalMs: 300_000 },
        reasoning: { connectMs: 10_000, firstByteMs: 120_000, idleMs: 60_000, totalMs: 600_000 },
        generation: { connectMs: 10_000, firstByteMs: 180_000, idleMs: 60_000, totalMs: 900_000 },
      },
      timeouts: {},
      retry: { max: 2, baseMs: 500, capMs: 8_000, maxCharged: 1 },
      disconnect: { policy: 'auto', graceMs: 10_000, cutSilenceMs: 25_000, stalledMs: 120_000 },
      replay: { ttlMs: 600_000, keyTtlMs: 86_400_000, maxBytes: 16 * 2 ** 20, totalBytes: 512 * 2 ** 20 },
      heartbeat: { afterMs: 30_000, everyMs: 15_000 },
      health: {
        enabled: true,
        intervalMs: 60_000,
        maxIntervalMs: 600_000,
        timeoutMs: 30_000,
        cooldownMs: 30_000,
      },
      log: { level: 'info', format: 'text', maxBytes: 10_000_000, maxFiles: 5 },
      ledger: {},
      alerts: [],
      maxBodyBytes: 64_000_000,
      requestTimeoutMs: 30_000,
      queueMax: 100,
      drainMs: 60_000,
    });
  });

  it('take every key', async () => {
    const settings = await settingsOf(`
listen: [{name: lan, host: 0.0.0.0, port: 1}, "[::1]:2", 3, {port: 4, edge: cloudflare, on_disconnect: cancel}, {port: 5, edge: none}]
auth: {keys: [plain, {name: ci, key: "\${KEY}"}]}
admin: {token: file:team.key}
retry: {max: 0, base: 0, cap: 1s, max_charged: 0}
disconnect: {policy: keep, grace: 0, cut_silence: 1s, stalled: 3s}
replay: {ttl: 1s, key_ttl: 2s, max_bytes: 1MiB, total_bytes: 2MiB}
heartbeat: {after: 3s, every: 4s}
timeouts: {idle: 5m}
scenarios: {chat: {first_byte: 90}, quick: {total: 1h}}
health: {enabled: false, interval: 1s, max_interval: 2s, timeout: 3s, model: m, cooldown: 0}
log: {level: debug, format: json, max_size: 1MiB, max_files: 1}
ledger: {keep: 90d, max_size: 2gb}
alerts: [{webhook: "https://\${HOST}/hook?token=\${KEY}", format: wecom, on: slow_over, secret: file:team.key, money_lost_over: $0.50, slow_over: 30, error_rate_over: 5%, window: 10m}]
max_body: 2000
request_timeout: 100ms
queue: {max: 0}
drain: 0
default_cluster: b
clusters:
  a:
    endpoints: []
  b:
    strategy: fastest
    endpoints:
      - base_url: https://\${HOST}/v1/
        api_key: \${KEY}
        name: relay
        protocols: [openai-chat, openai-chat]
        weight: 7
        priority: 0
        timeout: 20
        timeouts: {connect: 1s, first_byte: 30s, idle: 2s, total: 3s}
        max_failures: 1
        enabled: false
        models: {x: y}
        headers: {X-Team: "t-\${KEY}"}
        proxy: socks5h://127.0.0.1:1080
        limits: {concurrency: 1, rps: 2, rpm: 3}
        edge: {silence: 1m, total: 2m}
        max_duration: 10m
        stream_upstream: never
        cancel_stops_billing: false
routes:
  - match: {}
  - name: r
    match:
      model: gpt-*
      protocol: openai-chat
      stream: true
      thinking: false
      max_tokens: {min: 1, max: 2}
      prompt_bytes: {max: 1KB}
      headers: {X-Job: "n*"}
      client_key: [ci, key-1]
    cluster: a
    scenario: quick
    timeouts: {total: 9}
    on_disconnect: keep
`);
    expect(settings).toEqual({
      listen: [
        { name: 'lan', host: '0.0.0.0', port: 1 },
        { name: '[::1]:2', host: '::1', port: 2 },
        { name: '127.0.0.1:3', host: '127.0.0.1', port: 3 },
        {
          name: '127.0.0.1:4',
          host: '127.0.0.1',
          port: 4,
          edge: { silenceMs: 100_000 },
          onDisconnect: 'cancel',
        },
        { name: '127.0.0.1:5', host: '127.0.0.1', port: 5 },
      ],
      auth: {
        keys: [
          { name: 'key-1', key: 'plain' },
          { name: 'ci', key: SECRET },
        ],
      },
      admin: { token: SECRET },
      clusters: [
        { name: 'a', strategy: 'priority', endpoints: [] },
        {
          name: 'b',
          strategy: 'fastest',
          endpoints: [
            {
              id: createHash('sha256')
                .update(`https://relay.example.com/v1/|${SECRET}`)
                .digest('hex')
                .slice(0, 8),
              name: 'relay',
              baseUrl: 'https://relay.example.com/v1/',
              apiKey: SECRET,
              protocols: ['openai-chat'],
              weight: 7,
              priority: 0,
              timeouts: { connectMs: 1_000, firstByteMs: 20_000, idleMs: 2_000, totalMs: 3_000 },
              maxFailures: 1,
              enabled: false,
              models: { x: 'y' },
              headers: { 'x-team': `t-${SECRET}` },
              proxy: 'socks5h://127.0.0.1:1080',
              limits: { concurrency: 1, rps: 2, rpm: 3 },
              edge: { silenceMs: 60_000, totalMs: 120_000 },
              maxDurationMs: 600_000,
              streamUpstream: 'never',
              cancelStopsBilling: false,
            },
          ],
        },
      ],
      defaultCluster: 'b',
      routes: [
        { name: 'route-1', match: {} },
        {
          name: 'r',
          match: {
            model: ['gpt-*'],
            protocol: ['openai-chat'],
            stream: true,
            thinking: false,
            maxTokens: { min: 1, max: 2 },
            promptBytes: { max: 1000 },
            headers: { 'x-job': 'n*' },
            clientKey: ['ci', 'key-1'],
          },
          cluster: 'a',
          scenario: 'quick',
          timeouts: { totalMs: 9_000 },
          onDisconnect: 'keep',
        },
      ],
      scenarios: expect.objectContaining({
        quick: { connectMs: 10_000, firstByteMs: 30_000, idleMs: 60_000, totalMs: 3_600_000 },
        chat: { connectMs: 10_000, firstByteMs: 90_000, idleMs: 60_000, totalMs: 300_000 },
      }),
      timeouts: { idleMs: 300_000 },
      retry: { max: 0, baseMs: 0, capMs: 1_000, maxCharged: 0 },
      disconnect: { policy: 'keep', graceMs: 0, cutSilenceMs: 1_000, stalledMs: 3_000 },
      replay: { ttlMs: 1_000, keyTtlMs: 2_000, maxBytes: 2 ** 20, totalBytes: 2 ** 21 },
      heartbeat: { afterMs: 3_000, everyMs: 4_000 },
      health: {
        enabled: false,
        intervalMs: 1_000,
        maxIntervalMs: 2_000,
        timeoutMs: 3_000,
        model: 'm',
        cooldownMs: 0,
      },
      log: { level: 'debug', format: 'json', maxBytes: 2 ** 20, maxFiles: 1 },
      ledger: { keepMs: 90 * 86_400_000, maxBytes: 2_000_000_000 },
      alerts: [
        {
          webhook: `https://relay.example.com/hook?token=${SECRET}`,
          format: 'wecom',
          on: ['slow_over'],
          secret: SECRET,
          moneyLostOverMicroUsd: 500_000,
          slowOverMs: 30_000,
          errorRateOver: 0.05,
          windowMs: 600_000,
        },
      ],
      maxBodyBytes: 2_000,
      requestTimeoutMs: 100,
      queueMax: 0,
      drainMs: 0,
    });
  });

  it.each([
    ['https://hooks.slack.com/services/T/B/x', 'slack'],
    ['https://open.feishu.cn/open-apis/bot/v2/hook/x', 'feishu'],
    ['https://open.larksuite.com/open-apis/bot/v2/hook/x', 'feishu'],
    ['https://oapi.dingtalk.com/robot/send?access_token=x', 'dingtalk'],
    ['https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x', 'wecom'],
    ['https://hooks.slack.com.example.org/x', 'json'],
    ['http://127.0.0.1:9/x', 'json'],
  ])('take an alert to %s as %s, with defaults for the rest', async (webhook, format) => {
    const { alerts } = await settingsOf(`${CLUSTER}alerts: [{webhook: "${webhook}"}]\n`);
    expect(alerts).toEqual([
      {
        webhook,
        format,
        on: [
          'endpoint_down',
          'endpoint_recovered',
          'cluster_down',
          'edge_learned',
          'money_lost_over',
          'error_rate_over',
        ],
        moneyLostOverMicroUsd: 1_000_000,
        slowOverMs: 100_000,
        errorRateOver: 0.2,
        windowMs: 3_600_000,
      },
    ]);
  });

  it.each([
    ['{}', /webhook/],
    ['{webhook: "ftp://x.example/hook"}', /http:\/\/ or https:\/\/ URL/],
    ['{webhook: "https://user:hunter22@x.example/hook"}', /user name or password/],
    ['{webhook: hooks.slack.com}', /found something else/],
    ['{webhook: "http://x", on: [endpoint_dwon]}', /endpoint_down/],
    ['{webhook: "http://x", format: teams}', /slack/],
    ['{webhook: "http://x", error_rate_over: 20}', /20%/],
    ['{webhook: "http://x", error_rate_over: 120%}', /0% to 100%/],
    ['{webhook: "http://x", money_lost_over: lots}', /\$1/],
    ['{webhook: "http://x", money_lost_over: 0}', /more than nothing/],
    ['{webhook: "http://x", window: 1s}', /60000ms/],
    ['{webhook: "http://x", secret: ""}', /secret/],
  ])('refuse the alert %s', async (alert, words) => {
    const said = JSON.stringify(await problemsOf(`${CLUSTER}alerts:\n  - ${alert}\n`));
    expect(said).toMatch(words);
    expect(said).not.toContain('hunter22');
  });

  it('are frozen all the way down', async () => {
    const thawed: string[] = [];
    const visit = (value: unknown, path: string) => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) thawed.push(path);
      for (const [key, part] of Object.entries(value)) visit(part, `${path}.${key}`);
    };
    visit(await settingsOf(CLUSTER), '');
    visit(demoSettings('http://127.0.0.1:9'), 'demo');
    expect(thawed).toEqual([]);
  });

  it.each([
    ['absent', ''],
    ['empty', 'api_key:'],
    ['an empty text', 'api_key: ""'],
  ])('take a key that is %s for a keyless upstream', async (_, line) => {
    const settings = await settingsOf(`${CLUSTER}      ${line}\n`);
    expect(settings.clusters[0]?.endpoints[0]?.apiKey).toBe('');
  });

  it('take aliases and merges', async () => {
    const text = `main:\n  endpoints:\n    - &first {base_url: https://a.example, weight: 5}\n    - {<<: *first, base_url: https://b.example}\n`;
    const settings = await settingsOf(text);
    expect(settings.clusters[0]?.endpoints.map(({ weight }) => weight)).toEqual([5, 5]);
  });

  it('take a section with all its lines commented out for absent', async () => {
    const settings = await settingsOf(
      `${CLUSTER}routes:\n  # - {cluster: main}\nretry:\nlisten:\nclusters:\n`,
    );
    expect(settings.retry.max).toBe(2);
  });
});

describe('references', () => {
  it.each([
    ['${KEY}', SECRET],
    ['a-${KEY}-${HOST}', `a-${SECRET}-relay.example.com`],
    ['file:/abs/team.key', SECRET],
    ['file:///abs/team.key', SECRET],
    ['file:team.key', SECRET],
    ['${TRICK}', 'file:/etc/passwd'],
    ['$KEY', '$KEY'],
  ])('%s is resolved', async (text, value) => {
    const settings = await settingsOf(`${CLUSTER}      api_key: "${text}"\n`);
    expect(settings.clusters[0]?.endpoints[0]?.apiKey).toBe(value);
  });
});

/** Line and column of the first character of `mark` in `text`. */
function placeOf(text: string, mark: string): { line: number; column: number } {
  const before = text.slice(0, text.indexOf(mark)).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

const endpoint = (line: string) => `${CLUSTER}      ${line}\n`;
const top = (line: string) => `${CLUSTER}${line}\n`;

describe('a problem has its place and says what was expected', () => {
  it.each<[what: string, text: string, mark: string, message: RegExp]>([
    ['empty file', '', '', /at least one cluster with one endpoint, found none/],
    ['only comments', '# hi\n', '', /at least one cluster/],
    ['a list', '- a\n', '-', /^expected a mapping/],
    ['a text', 'hello\n', 'hello', /^expected a mapping/],
    ['no endpoint at all', 'main:\n  endpoints: []\n', 'endpoints', /at least one cluster with one endpoint/],
    ['a tab', 'main:\n\tendpoints: []\n', '\tendpoints', /found a tab/],
    ['wrong indentation', 'main:\n  endpoints: []\n a: 3\n', ' a: 3', /not valid YAML/],
    ['an open quote', 'main: "abc\n', '', /not valid YAML/],
    ['a second document', `${CLUSTER}---\na: 1\n`, '---', /expected one document/],
    ['a key twice', top('drain: 1\ndrain: 2'), 'drain: 2', /found this key a second time/],
    ['an alias of nothing', top('drain: *nothing'), '*nothing', /expected an alias/],
    [
      'unknown key',
      top('retyr: {max: 1}'),
      'retyr',
      /unknown key "retyr"; did you mean "retry"\? \(a cluster/,
    ],
    [
      'unknown key, nothing near',
      top('zzz: 1'),
      'zzz',
      /unknown key "zzz"; expected one of clusters, default_cluster/,
    ],
    ['unknown key in a section', top('retry: {maxx: 1}'), 'maxx', /unknown key "maxx"; did you mean "max"/],
    ['unknown key of an endpoint', endpoint('wieght: 3'), 'wieght', /did you mean "weight"/],
    ['another spelling of a key', endpoint('apiKey: 3'), 'apiKey', /did you mean "api_key"/],
    [
      'unknown key in a scenario',
      top('scenarios: {chat: {first: 3}}'),
      'first',
      /expected one of connect, first_byte, idle, total/,
    ],
    ['unknown scenario', top('scenarios: {chats: {}}'), 'chats', /did you mean "chat"/],
    [
      'a cluster without endpoints',
      top('clusters: {b: {strategy: random}}'),
      '{strategy',
      /^missing; expected a list of endpoints/,
    ],
    ['clusters as a list', top('clusters: [1]'), '[1]', /expected a mapping \(name: cluster\), found a list/],
    [
      'an endpoint that is text',
      top('b: {endpoints: [x]}'),
      'x]',
      /expected a mapping \(key: value\), found "x"/,
    ],
    ['a cluster’s bad name', top('clusters: {"9 lives": {endpoints: []}}'), '"9 lives', /up to 64 letters/],
    [
      'a cluster in both forms',
      top('clusters:\n  main: {endpoints: []}'),
      'main: {',
      /found "main" a second time/,
    ],
    [
      'unknown strategy',
      top('b: {strategy: fast, endpoints: []}'),
      'fast',
      /one of priority, weighted, .*, found "fast"/,
    ],
    ['no base_url', 'main:\n  endpoints:\n    - weight: 1\n', 'weight', /^missing; expected an http/],
    ['a wrong scheme', 'main:\n  endpoints:\n    - base_url: ftp://x\n', 'ftp', /found scheme "ftp"/],
    ['a URL without scheme', 'main:\n  endpoints:\n    - base_url: api.example\n', 'api', /found no scheme/],
    [
      'a URL without host',
      'main:\n  endpoints:\n    - base_url: https://\n',
      'https',
      /found one that is not valid/,
    ],
    [
      'a URL with a password',
      'main:\n  endpoints:\n    - base_url: https://u:p@x\n',
      'https',
      /user name or password/,
    ],
    [
      'a URL with a query',
      'main:\n  endpoints:\n    - base_url: https://x/?a=1\n',
      'https',
      /a query or fragment/,
    ],
    [
      'a key that is a number',
      endpoint('api_key: 12345'),
      '12345',
      /^expected text \(put numbers in quotes\), found a number/,
    ],
    [
      'a key with a line break',
      endpoint('api_key: ${NEWLINE}'),
      '${',
      /text that may stand in an HTTP header/,
    ],
    ['an unset variable', endpoint('api_key: ${NOT_SET}'), '${', /^environment variable NOT_SET is not set/],
    ['an empty variable', endpoint('api_key: ${EMPTY}'), '${', /^environment variable EMPTY is empty/],
    ['a name from Object’s prototype', endpoint('api_key: ${constructor}'), '${', /constructor is not set/],
    ['a reference of another form', endpoint('api_key: "${A-b}"'), '"${', /expected a reference of the form/],
    [
      'a missing secret file',
      endpoint('api_key: file:gone'),
      'file:',
      /secret file \/etc\/qcc\/gone: no such file/,
    ],
    [
      'a locked secret file',
      endpoint('api_key: file:/locked'),
      'file:',
      /secret file \/locked: permission denied/,
    ],
    ['an empty secret file', endpoint('api_key: file:/abs/blank.key'), 'file:', /is empty/],
    ['a file: without path', endpoint('api_key: "file:"'), '"file', /found no path/],
    ['a bad proxy', endpoint('proxy: ftp://x'), 'ftp', /socks5h:\/\/ URL with a host, found scheme "ftp"/],
    ['a proxy that is no URL', endpoint('proxy: x:1'), 'x:1', /found something else/],
    ['a proxy without host', endpoint('proxy: "socks5://"'), '"socks5', /found/],
    ['weight 0', endpoint('weight: 0'), '0\n', /whole number from 1 to 10000, found 0/],
    ['weight 10001', endpoint('weight: 10001'), '10001', /found 10001/],
    ['half a weight', endpoint('weight: 1.5'), '1.5', /found 1.5/],
    ['weight as text', endpoint('weight: heavy'), 'heavy', /found "heavy"/],
    ['priority below 0', endpoint('priority: -1'), '-1', /from 0 to/],
    ['max_failures 0', endpoint('max_failures: 0'), '0\n', /from 1 to/],
    ['enabled: yes', endpoint('enabled: yes'), 'yes', /expected true or false, found "yes"/],
    [
      'unknown protocol',
      endpoint('protocols: [openai]'),
      'openai',
      /expected one of anthropic-messages, .*found "openai"/,
    ],
    ['no protocol', endpoint('protocols: []'), '[]', /or a list of them, found a list/],
    ['a limit of 0', endpoint('limits: {rps: 0}'), '0}', /from 1 to/],
    ['a bad header name', endpoint('headers: {"a b": c}'), '"a b"', /a header name/],
    [
      'a header of the connection',
      endpoint('headers: {Transfer-Encoding: c}'),
      'Transfer',
      /a header name other than/,
    ],
    [
      'a header that is a number',
      endpoint('headers: {a: 5}'),
      '5}',
      /expected text \(put numbers in quotes\), found a number/,
    ],
    ['a model that is a list', endpoint('models: {a: [b]}'), '[b]', /a model name, found a list/],
    ['timeout 0', endpoint('timeout: 0'), '0\n', /expected a duration from 1ms to 168h, found 0/],
    ['a timeout of two weeks', endpoint('timeout: 336h'), '336h', /from 1ms to 168h, found "336h"/],
    [
      'a duration in days',
      endpoint('timeout: 1d'),
      '1d',
      /a duration such as 90 \(seconds\), 90s, .*found "1d"/,
    ],
    ['a negative duration', top('drain: -1'), '-1', /a duration such as/],
    ['a duration as a list', top('drain: [1]'), '[1]', /a duration such as .*, found a list/],
    ['a size of letters', top('max_body: big'), 'big', /a size such as 64MB, .*, found "big"/],
    ['a size too small', top('max_body: 1'), '1\n', /a size from 1KiB to 1GiB, found 1/],
    ['retry.max 11', top('retry: {max: 11}'), '11', /from 0 to 10, found 11/],
    [
      'retry.cap below base',
      top('retry:\n  base: 2s\n  cap: 1s'),
      '1s',
      /cap to be base \(2000ms\) or more, found 1000ms/,
    ],
    [
      'max_interval below interval',
      top('health: {interval: 11m}'),
      '{interval',
      /max_interval to be interval/,
    ],
    [
      'an unknown edge',
      endpoint('edge: akamai'),
      'akamai',
      /one of none, cloudflare, nginx, alb, or \{silence, total\}, found "akamai"/,
    ],
    ['an edge’s unknown key', endpoint('edge: {silense: 1}'), 'silense', /did you mean "silence"/],
    [
      'an unknown policy',
      top('disconnect: {policy: stay}'),
      'stay',
      /one of auto, keep, cancel, found "stay"/,
    ],
    ['unknown log level', top('log: {level: loud}'), 'loud', /one of debug, info, warn, error, found "loud"/],
    [
      'an age without its unit',
      top('ledger: {keep: 90}'),
      '90',
      /expected an age such as 90d, 12h or 8w, found 90/,
    ],
    ['an age in seconds', top('ledger: {keep: 90s}'), '90s', /an age such as 90d/],
    ['an age of nothing', top('ledger: {keep: 0d}'), '0d', /an age from 1h to 36500d/],
    ['a ledger of next to nothing', top('ledger: {max_size: 1MB}'), '1MB', /a size from 16MiB to 1024GiB/],
    ['too many log files', top('log: {max_files: 101}'), '101', /from 1 to 100/],
    [
      'unknown default_cluster',
      top('default_cluster: mian'),
      'mian',
      /there is no cluster "mian"; did you mean "main"/,
    ],
    [
      'a route to an unknown cluster',
      top('routes:\n  - cluster: b'),
      'b\n',
      /there is no cluster "b"; expected one of main/,
    ],
    [
      'a route’s unknown scenario',
      top('routes:\n  - scenario: slow'),
      'slow',
      /one of quick, chat, reasoning, generation, found "slow"/,
    ],
    ['a route’s unknown key', top('routes:\n  - match: {models: x}'), 'models', /did you mean "model"/],
    [
      'a route’s unknown client key',
      top('routes:\n  - match: {client_key: ci}'),
      'ci}',
      /there is no key with this name under auth.keys; expected one of \(none\)/,
    ],
    [
      'a route’s range upside down',
      top('routes:\n  - match: {max_tokens: {min: 2, max: 1}}'),
      '{min',
      /min up to max, found 2 and 1/,
    ],
    ['routes as a mapping', top('routes: {a: 1}'), '{a', /a list of routes, found a mapping/],
    ['a port too high', top('listen: 70000'), '70000', /a port, "host:port", or a list of .*, found 70000/],
    ['an address without port', top('listen: localhost'), 'localhost', /expected "host:port"/],
    ['an address without host', top('listen: ":80"'), '":80"', /expected "host:port"/],
    ['a listener’s unknown key', top('listen: [{prt: 80}]'), 'prt', /did you mean "port"/],
    [
      'a listener’s bad host',
      top('listen: [{host: "a b"}]'),
      '"a b"',
      /a host name or IP address, found "a b"/,
    ],
    ['no address', top('listen: []'), '[]', /a port, "host:port"/],
    [
      'an open port without keys',
      top('listen: 0.0.0.0:80'),
      '0.0.0.0',
      /"0.0.0.0" can be reached from other machines: expected auth.keys/,
    ],
    [
      'an open host in the list',
      top('listen:\n  - 1\n  - {host: example.com}'),
      '{host',
      /"example.com" can be reached/,
    ],
    [
      'an address twice',
      top('listen:\n  - {name: a, port: 1}\n  - 127.0.0.1:1'),
      '127.0.0.1:1',
      /address once/,
    ],
    ['a key that is empty', top('auth: {keys: [""]}'), '""', /expected a secret, found nothing/],
    ['a key without key', top('auth: {keys: [{name: a}]}'), '{name', /missing; expected a key/],
    [
      'a key as a number',
      top('auth: {keys: [1234]}'),
      '1234',
      /expected a key, or \{name, key\}, found a number/,
    ],
    ['a key twice', top('auth: {keys: [aa, bb, aa]}'), 'aa]', /expected each key once/],
    [
      'a key name twice',
      top('auth: {keys: [{name: n, key: a}, {key: b, name: n}]}'),
      '{key: b',
      /expected each key name once/,
    ],
    ['an empty token', top('admin: {token: ""}'), '""', /expected a secret, found nothing/],
  ])('%s', async (_, text, mark, message) => {
    const problems = await problemsOf(text);
    const place = mark === '' ? {} : placeOf(text, mark);
    expect(problems).toContainEqual(
      expect.objectContaining({ ...place, message: expect.stringMatching(message) }),
    );
    expect(problems.every(({ line, column }) => line! >= 1 && column! >= 1)).toBe(true);
    if (mark !== '') expect(problems).toHaveLength(1);
  });

  it.each([
    [
      'an endpoint',
      'main:\n  endpoints:\n    - base_url: https://a.example\n    - {base_url: https://a.example, weight: 3}\n',
      4,
      7,
    ],
    ['a route name', top('routes:\n  - name: a\n  - name: a'), 6, 5],
    ['a route name that another one has by default', top('routes:\n  - name: route-2\n  - {}'), 6, 5],
  ])('%s twice', async (_, text, line, column) => {
    expect(await problemsOf(text)).toEqual([expect.objectContaining({ line, column })]);
  });

  it('reports all of them, in the order of the file', async () => {
    const text = [
      'drain: soon',
      'main:',
      '  endpoints:',
      '    - {base_url: ftp://x, weight: 0}',
      'routes:',
      '  - {cluster: b, match: {model: 3}}',
      'retry: {max: 99, bse: 1}',
      'listen: 0.0.0.0:1',
    ].join('\n');
    const problems = await problemsOf(text);
    expect(problems.map(({ path, line }) => `${line} ${path}`)).toEqual([
      '1 drain',
      '4 main.endpoints[0].base_url',
      '4 main.endpoints[0].weight',
      '6 routes[0].cluster',
      '6 routes[0].match.model',
      '7 retry.max',
      '7 retry.bse',
      '8 listen',
    ]);
  });

  it('never shows a secret, wherever it was put', async () => {
    const wrong = [
      endpoint(`api_key: [${SECRET}]`),
      endpoint(`weight: ${SECRET}`),
      endpoint(`proxy: ${SECRET}`),
      endpoint(`${SECRET}: 3`),
      endpoint(`headers: {"a b": ${SECRET}}`),
      endpoint(`enabled: ${SECRET}`),
      `main:\n  endpoints:\n    - base_url: ${SECRET}\n`,
      `main:\n  endpoints:\n    - base_url: \${KEY}\n`,
      `main:\n  endpoints: ${SECRET}\n`,
      top(`auth: {keys: [{nme: ${SECRET}}]}`),
      top(`auth: {keys: [${SECRET}, ${SECRET}]}`),
      top(`drain: ${SECRET}`),
      top(`default_cluster: ${SECRET}`),
      top(`routes: [{cluster: ${SECRET}, match: {client_key: ${SECRET}}}]`),
      top(`clusters: {x: {endpoints: ${SECRET}}}`),
      top(`api_key "${SECRET}": ]`),
      top(`x: *${SECRET}`),
    ];
    for (const text of wrong) {
      const problems = await problemsOf(text);
      expect(problems.length).toBeGreaterThan(0);
      expect(JSON.stringify(problems)).not.toContain(SECRET);
    }
  });
});

describe('parseConfig', () => {
  const lines = fc.constantFrom(
    ...[
      'main:',
      '  endpoints:',
      '    - base_url: https://a',
      '      api_key: ${KEY}',
      '- x',
      'listen: 0.0.0.0:1',
      '? [a]',
    ],
    ...[
      'routes: [{}]',
      '&a',
      '*a',
      '{',
      ']',
      '"',
      '__proto__: {endpoints: []}',
      '<<: *a',
      '---',
      '\t',
      '!!binary a',
      '%YAML',
    ],
    ...[
      '  weight: 1e999',
      'null: 1',
      'retry: {max: .nan}',
      'clusters: {constructor: {endpoints: [null]}}',
      'a: |',
      '# c',
    ],
  );

  it('never throws, whatever the text', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(lines, { maxLength: 12 }).map((all) => all.join('\n')),
    );
    await fc.assert(
      fc.asyncProperty(text, async (source) => {
        const result = await parseConfig(source, environment);
        if (!result.ok) expect(result.error.length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['deep nesting', '['.repeat(20_000)],
    ['deep block nesting', Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['a million characters and one', 'a'.repeat(1_000_001)],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'.replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
    ],
  ])('refuses %s', async (_, text) => {
    expect((await problemsOf(text)).length).toBeGreaterThan(0);
  });
});

describe('loadConfig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'qcc-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'config.yaml');

  it('reads the file and the secrets beside it', async () => {
    writeFileSync(join(folder, 'a.key'), 'from-file\n');
    writeFileSync(file, `${CLUSTER}      api_key: file:a.key\n      headers: {x: "\${NAME}"}\n`);
    const result = await loadConfig(file, { NAME: 'from-env' });
    expect(result).toMatchObject({
      ok: true,
      value: { clusters: [{ endpoints: [{ apiKey: 'from-file', headers: { x: 'from-env' } }] }] },
    });
  });

  it('does not read a secret from what is no file', async () => {
    writeFileSync(file, `${CLUSTER}      api_key: file:/dev/zero\n`);
    expect(await loadConfig(file, {})).toMatchObject({
      ok: false,
      error: [{ line: 4, message: 'secret file /dev/zero: it could not be read' }],
    });
  });

  it('says that there is no file', async () => {
    const result = await loadConfig(join(folder, 'gone.yaml'), {});
    expect(result).toEqual({
      ok: false,
      error: [{ path: '', message: 'no such file; "qcc init" writes one' }],
    });
  });

  it('says that it is a folder', async () => {
    expect(await loadConfig(folder, {})).toMatchObject({
      ok: false,
      error: [{ message: 'expected a file, found a folder' }],
    });
  });

  it.runIf(process.getuid?.() !== 0)('says that it may not be read', async () => {
    chmodSync(file, 0o000);
    expect(await loadConfig(file, {})).toMatchObject({
      ok: false,
      error: [{ message: 'no permission to read it' }],
    });
  });
});

describe('the documents', () => {
  const docs = new URL('../../docs/', import.meta.url);
  const blocks = [...readFileSync(new URL('config.md', docs), 'utf8').matchAll(/```yaml\n([^`]+)```/g)].map(
    (match) => match[1]!,
  );
  const examples = readdirSync(new URL('examples/', docs)).filter((name) => name.endsWith('.yaml'));
  const anyEnvironment: Environment = {
    env: { ANTHROPIC_API_KEY: 'a', QCC_CI_KEY: 'b' },
    readSecretFile: (path) => `secret of ${path}`,
    configFolder: '/etc/qcc',
  };

  it('have examples', () => {
    expect([blocks.length, examples.length].every((count) => count > 0)).toBe(true);
  });

  it.each([
    ...blocks.map((text, index) => [`block ${index + 1} of config.md`, text]),
    ...examples.map((name) => [name, readFileSync(new URL(`examples/${name}`, docs), 'utf8')]),
  ])('%s loads', async (_, text) => {
    const result = await parseConfig(text!, anyEnvironment);
    expect(result.ok ? [] : result.error).toEqual([]);
  });
});
