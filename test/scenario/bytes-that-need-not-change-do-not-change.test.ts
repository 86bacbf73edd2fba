import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, cluster, gatewayWith, PROTOCOL_CALLS, post, until, upstream } from '../harness/gateway.ts';
import { COMPLETION, MESSAGE, MESSAGE_EVENTS, openMessage, ownUpstream } from '../harness/own-upstream.ts';
import { chunkedBody, rawClient } from '../harness/raw-client.ts';

afterEach(closeAll);

/** What is not streamed for the client is not streamed upstream. */
const asAsked = () => ', stream_upstream: never';

const jsonUpstream = (answer: unknown = MESSAGE) =>
  ownUpstream((_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
  );

/** Odd blanks, escapes, numbers, doubled and unknown members, non-ASCII text. */
const ODD_BODY =
  '{ "messages" : [{"role":"system","content":"\\u00e9 é 😀"}],\n\t"max_tokens":1.0e3, "unknown_field":{"a":[1,2.50]},' +
  '"context_management":{"edits":[]},"output_config":{"effort":"low"},"model":"claude-odd" , "n":12345678901234567890 }';

const CLIENT_HEADERS = [
  'Host: gateway.example',
  'X-Stainless-Lang: js',
  'ANTHROPIC-BETA: one-2025,two-2026',
  'anthropic-version: 2023-06-01',
  'User-Agent: odd/1.0',
  'x-Odd-Case: A, b',
  'X-Api-Key: client-secret-key',
  'Authorization: Bearer client-secret-bearer',
  'Cookie: session=client-secret-cookie',
  'Proxy-Authorization: Basic client-secret-proxy',
  'Content-Type: application/json; charset=utf-8',
  'Connection: keep-alive, X-Hop',
  'X-Hop: only for the next one',
  'Keep-Alive: timeout=5',
  'TE: trailers',
  'x-qcc-scenario: chat',
];

const rawPost = (path: string, body: string, headers: readonly string[]) =>
  `POST ${path} HTTP/1.1\r\n${[...headers, `Content-Length: ${Buffer.byteLength(body)}`].join('\r\n')}\r\n\r\n${body}`;

const pairs = (raw: readonly string[]) =>
  raw.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${raw[index + 1]}`] : []));

describe('towards the model', () => {
  it('body, path and query go on byte by byte', async () => {
    const own = await jsonUpstream();
    const gateway = await gatewayWith(cluster([own], asAsked));
    const client = rawClient(gateway.url);
    client.send(rawPost('/v1/messages?beta=true&x=%20y', ODD_BODY, CLIENT_HEADERS));
    await until(() => own.seen.length === 1);
    expect(own.seen[0]?.body.toString()).toBe(ODD_BODY);
    expect(own.seen[0]?.url).toBe('/v1/messages?beta=true&x=%20y');
  });

  it('a mapped model: only its name differs', async () => {
    const own = await jsonUpstream();
    const gateway = await gatewayWith(
      cluster([own], () => ', stream_upstream: never, models: { claude-odd: "relay/claude \\"7\\"" }'),
    );
    const client = rawClient(gateway.url);
    client.send(rawPost('/v1/messages', ODD_BODY, CLIENT_HEADERS));
    await until(() => own.seen.length === 1);
    expect(own.seen[0]?.body.toString()).toBe(ODD_BODY.replace('"claude-odd"', '"relay/claude \\"7\\""'));
  });

  it('headers keep their case and order; hop-by-hop ones and the client’s credentials stay here', async () => {
    const own = await jsonUpstream();
    const gateway = await gatewayWith(cluster([own], asAsked));
    const client = rawClient(gateway.url);
    client.send(rawPost('/v1/messages', ODD_BODY, CLIENT_HEADERS));
    await until(() => own.seen.length === 1);
    const seen = pairs(own.seen[0]?.rawHeaders ?? []);
    const kept = [
      'X-Stainless-Lang: js',
      'ANTHROPIC-BETA: one-2025,two-2026',
      'anthropic-version: 2023-06-01',
      'User-Agent: odd/1.0',
      'x-Odd-Case: A, b',
      'Content-Type: application/json; charset=utf-8',
    ];
    expect(seen.filter((line) => kept.includes(line))).toEqual(kept);
    const all = seen.join('\n');
    expect(all).not.toMatch(/client-secret|X-Hop|only for the next|TE:|x-qcc-|gateway\.example/i);
    expect(own.seen[0]?.headers).toMatchObject({
      'x-api-key': 'key-0',
      authorization: 'Bearer key-0',
      'content-length': String(Buffer.byteLength(ODD_BODY)),
      host: new URL(own.url).host,
    });
  });

  it.each(PROTOCOL_CALLS)(
    '$protocol: the endpoint’s credential, as that protocol has it',
    async ({ protocol, path, body }) => {
      const own = await jsonUpstream(protocol === 'openai-chat' ? COMPLETION : MESSAGE);
      const gateway = await gatewayWith(
        cluster([own], () => ', headers: { X-Team: blue, user-agent: mine }'),
      );
      await post(`${gateway.url}${path}`, body, {
        authorization: 'Bearer client-secret',
        'api-key': 'client-secret',
      });
      const headers = own.seen[0]?.headers;
      expect(headers?.authorization).toBe('Bearer key-0');
      expect(headers?.['x-api-key']).toBe(protocol === 'anthropic-messages' ? 'key-0' : undefined);
      expect(headers?.['api-key']).toBeUndefined();
      expect(headers?.['x-team']).toBe('blue');
      expect(headers?.['user-agent']).toBe('mine');
      expect(JSON.stringify(own.seen[0]?.rawHeaders)).not.toContain('client-secret');
    },
  );

  it('an endpoint without api_key gets no credential, the client’s least of all', async () => {
    const own = await jsonUpstream();
    const gateway = await gatewayWith(`clusters: { main: { endpoints: [{ base_url: "${own.url}" }] } }\n`);
    await post(`${gateway.url}/v1/messages`, PROTOCOL_CALLS[0].body, {
      authorization: 'Bearer client-secret',
    });
    expect(own.seen[0]?.headers.authorization).toBeUndefined();
    expect(own.seen[0]?.headers['x-api-key']).toBeUndefined();
  });

  const BASES: readonly [string, string, string][] = [
    ['', '/v1/messages', '/v1/messages'],
    ['/', '/v1/messages', '/v1/messages'],
    ['/v1', '/v1/messages', '/v1/messages'],
    ['/v1/', '/v1/messages?a=b', '/v1/messages?a=b'],
    ['/relay/anthropic', '/v1/messages', '/relay/anthropic/v1/messages'],
    ['/relay/anthropic/v1', '/v1/messages', '/relay/anthropic/v1/messages'],
    ['/relay/v1/', '/messages', '/relay/v1/messages'],
    ['', '/messages', '/v1/messages'],
  ];
  it.each(BASES)('base_url ending in "%s": %s goes to %s', async (base, asked, sent) => {
    const own = await jsonUpstream();
    const gateway = await gatewayWith(cluster([{ url: own.url + base }]));
    expect((await post(gateway.url + asked, PROTOCOL_CALLS[0].body)).status).toBe(200);
    expect(own.seen[0]?.url).toBe(sent);
  });
});

describe('towards the client', () => {
  it('a whole answer, its headers and its spelling', async () => {
    const text = `  ${JSON.stringify(MESSAGE).replace('"An answer."', '"\\u0041n  answer."')}\n`;
    const own = await ownUpstream((_, response) =>
      response
        .writeHead(200, [
          ...['Content-Type', 'application/json', 'Request-Id', 'req_1', 'X-Odd', 'a', 'X-Odd', 'b'],
          ...['anthropic-ratelimit-requests-remaining', '7', 'x-qcc-endpoint', 'not yours to say'],
        ])
        .end(text),
    );
    const gateway = await gatewayWith(cluster([own], asAsked));
    const client = rawClient(gateway.url);
    client.send(rawPost('/v1/messages', ODD_BODY, ['Host: g', 'Connection: close']));
    const received = await client.closed;
    expect(received).toContain('\r\nRequest-Id: req_1\r\nX-Odd: a\r\nX-Odd: b\r\n');
    expect(received).toContain('anthropic-ratelimit-requests-remaining: 7');
    expect(received.match(/x-qcc-endpoint: .*/g)).toEqual([expect.stringMatching(/: [0-9a-f]{8}$/)]);
    expect(received).toMatch(/x-qcc-request-id: req-.*\r\n/);
    const body = /transfer-encoding: chunked/i.test(received)
      ? chunkedBody(received)
      : received.slice(received.indexOf('\r\n\r\n') + 4);
    expect(body).toBe(text);
  });

  it('a compressed answer stays compressed', async () => {
    const zipped = gzipSync(JSON.stringify(MESSAGE));
    const own = await ownUpstream((_, response) =>
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'content-encoding': 'gzip',
          'content-length': zipped.length,
        })
        .end(zipped),
    );
    const gateway = await gatewayWith(cluster([own], asAsked));
    const client = rawClient(gateway.url);
    client.send(rawPost('/v1/messages', ODD_BODY, ['Host: g', 'Accept-Encoding: gzip', 'Connection: close']));
    const received = await client.closed;
    expect(own.seen[0]?.headers['accept-encoding']).toBe('gzip');
    expect(received).toMatch(/content-encoding: gzip/i);
    expect(received.endsWith(zipped.toString('latin1'))).toBe(true);
    expect(gateway.log.events.find((event) => event.kind === 'answered')).toMatchObject({
      usage: { inputTokens: 3, outputTokens: 5 },
    });
  });

  it('a broken compressed answer fails over', async () => {
    const zipped = gzipSync(JSON.stringify(MESSAGE));
    const own = await ownUpstream((_, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .end(zipped.subarray(0, 60)),
    );
    const good = await upstream();
    const gateway = await gatewayWith(cluster([own, good], asAsked));
    const response = await post(`${gateway.url}/v1/messages`, PROTOCOL_CALLS[0].body);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-qcc-attempts')).toBe('2');
  });

  it('each event of a stream is there before the next one is sent, and all of them unchanged', async () => {
    const pieces = ['one', 'two', '  three', 'vier é😀', '{"type":"error"}'].map(MESSAGE_EVENTS.delta);
    pieces.push(': a comment\n\n', 'event: unknown_event\ndata: {"x":  1}\n\n');
    let sendNext: () => void = () => undefined;
    const own = await ownUpstream((_, response) => {
      openMessage(response);
      const left = [...pieces, MESSAGE_EVENTS.end];
      sendNext = () => {
        const piece = left.shift() ?? '';
        if (left.length === 0) response.end(piece);
        else response.write(piece);
      };
    });
    const gateway = await gatewayWith(cluster([own], asAsked));
    const client = rawClient(gateway.url);
    client.send(
      rawPost('/v1/messages', '{"model":"claude-odd","stream":true}', ['Host: g', 'Connection: close']),
    );
    await until(() => own.seen.length === 1);
    let expected = MESSAGE_EVENTS.start + MESSAGE_EVENTS.blockStart;
    for (const piece of pieces) {
      sendNext();
      expected += piece;
      const there = Buffer.from(expected).toString('latin1');
      await until(() => chunkedBody(client.text()) === there);
    }
    sendNext();
    const received = await client.closed;
    expect(chunkedBody(received)).toBe(Buffer.from(expected + MESSAGE_EVENTS.end).toString('latin1'));
  });
});

describe('an upstream that does not close after the end mark', () => {
  it.each(['silence', 'a reset'])('%s after it: the answer is whole', async (kind) => {
    const own = await ownUpstream((_, response) => {
      openMessage(response);
      response.write(MESSAGE_EVENTS.delta('all of it') + MESSAGE_EVENTS.end, () => {
        if (kind === 'a reset') setTimeout(() => response.destroy(), 20);
      });
    });
    const gateway = await gatewayWith(`timeouts: { idle: 100ms }\n${cluster([own])}`);
    const response = await post(`${gateway.url}/v1/messages`, { ...PROTOCOL_CALLS[0].body, stream: true });
    const text = await response.text();
    expect(text.endsWith(MESSAGE_EVENTS.end)).toBe(true);
    expect((await gateway.view()).endpoints[0]).toMatchObject({ consecutiveFailures: 0, health: 'healthy' });
  });
});
