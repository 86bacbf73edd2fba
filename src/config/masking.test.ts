import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskText, unmaskText } from './masking.ts';

const FULL = `# QCC. The old key was sk-ant-old-12345678
listen: 127.0.0.1:7860
admin: { token: hunter2hunter2 }
auth:
  keys:
    - plainkeyone
    - { name: laptop, key: "quoted key two" }
    - \${CLIENT_KEY}
clusters:
  main:
    endpoints:
      - base_url: https://api.example.com/v1
        name: first
        api_key: sk-ant-three # spare: sk-ant-four-4444
        headers: { x-extra: header-five, authorization: "Bearer \${TOKEN}" }
        proxy: http://user:pass-six@proxy.example:8080
      - base_url: https://other.example.com
        api_key: file:other.key
      - base_url: https://third.example.com
        api_key: |
          folded-seven
        # api_key: "was-eight-here"
routes:
  - { match: { client_key: laptop, headers: { x-team: blue, authorization: "*nine*" } } }
alerts:
  - { webhook: https://hooks.example.com/services/T0/B0/ten, secret: eleven }
`;

const SECRETS = [
  'sk-ant-old-12345678',
  'hunter2',
  'plainkeyone',
  'quoted key two',
  'sk-ant-three',
  'sk-ant-four',
  'header-five',
  'pass-six',
  'folded-seven',
  'was-eight-here',
  'nine',
  'services/T0',
  'eleven',
];

const KEPT = [
  'listen: 127.0.0.1:7860',
  `\${CLIENT_KEY}`,
  `Bearer \${TOKEN}`,
  'file:other.key',
  'name: laptop',
  'client_key: laptop',
  'x-team: blue',
  'https://api.example.com/v1',
  '@proxy.example:8080',
  '# QCC. The old key was',
];

describe('a text without its secrets', () => {
  const masked = maskText(FULL);

  it.each(SECRETS)('hides %s', (secret) => expect(masked).not.toContain(secret));
  it.each(KEPT)('leaves %s readable', (text) => expect(masked).toContain(text));

  it('keeps every line but those of texts over several lines', () => {
    expect(masked.split('\n').length).toBe(FULL.split('\n').length - 1);
    expect(masked).toContain('api_key: "***');
  });

  it('gives the same text again', () => {
    expect(unmaskText(masked, FULL)).toMatchObject({ text: FULL, problems: [] });
  });
});

describe('texts of other kinds', () => {
  it.each([
    ['broken YAML', 'api_key: sk-ant-aaaa1111\n  bad: [\n'],
    ['a key over lines in broken YAML', 'admin: { token: >-\n    abcdefghijklmnop1234\n  }\n}\n'],
    ['a secret as a key', 'sk-ant-key-as-name: 1\n'],
    ['another spelling', 'endpoint:\n  apiKey: secretsecret\n  X-Api-Key: alsosecret\n'],
    ['a number', 'auth: { keys: [12345678] }\n'],
    ['an anchor', 'a: &k\n  api_key: secretsecret\nb: *k\n'],
    ['Windows line ends', 'admin:\r\n  token: secretsecret\r\nlisten: 1\r\n'],
    ['a credential in a base URL', 'base_url: https://u:secretsecret@h.example/v1?key=secretsecret2\n'],
    ['words around a reference', `api_key: "prefixsecret\${NAME}"\n`],
  ])('%s', (_, text) => {
    const masked = maskText(text);
    expect(masked).not.toMatch(/sk-ant-|secretsecret|12345678|prefixsecret|abcdefghijklmnop/);
    expect(unmaskText(masked, text)).toMatchObject({ text, problems: [] });
  });

  it.each([
    ['nothing', ''],
    ['no secret', 'listen: 7860\n# a comment: with a colon\n'],
    ['a reference', `api_key: \${KEY}\n`],
    ['an empty value', 'api_key: ""\nadmin:\n  token:\n'],
  ])('%s stays as it is', (_, text) => expect(maskText(text)).toBe(text));

  it('what looks like a placeholder in the file itself stands for itself', () => {
    const text = 'log: { level: info } # ***7 stars\nadmin: { token: secretsecret }\n';
    const masked = maskText(text);
    expect(unmaskText(masked, text)).toMatchObject({ text, problems: [] });
  });

  it.each([
    ['a long word in a comment', `# ${'a'.repeat(900_000)}`],
    ['a long word', `name: ${'a'.repeat(900_000)}`],
    ['a long word in broken YAML', `[ ${'a-'.repeat(400_000)}`],
    ['many secrets', 'api_key: s\n'.repeat(10_000)],
    ['many that look like placeholders', `# ${'***1 '.repeat(20_000)}`],
    ['nested deeply', '['.repeat(20_000)],
    ['nested deeply, and sound', `${'['.repeat(3_000)}${']'.repeat(3_000)}`],
  ])('%s comes back, and takes no time to speak of', (_, text) => {
    expect(unmaskText(maskText(text), text).text).toBe(text);
  });

  it('a text full of wrong placeholders is told of the first hundred', () => {
    expect(unmaskText('"***9"\n'.repeat(50_000), '').problems).toHaveLength(100);
  });

  it('any text comes back as it was', () => {
    const piece = fc.constantFrom(
      'api_key: ',
      'sk-ant-abcd1234',
      '"***1"',
      '***2',
      '\n',
      '  ',
      '# ',
      '- ',
      '{ ',
      ' }',
      'proxy: http://u:p@h',
      ': ',
      'key',
      "'",
      '"',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join('');
        expect(unmaskText(maskText(text), text).text).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});

describe('placeholders that were moved', () => {
  const text =
    'admin: { token: secretsecret }\nclusters:\n  main:\n    endpoints:\n      - { base_url: "https://h.example", api_key: otherother }\n';

  it.each([
    ['to another key that takes secrets', 'auth: { keys: ["***1"] }\n', 'auth: { keys: [secretsecret] }\n'],
    [
      'twice',
      'admin: { token: "***1" }\nauth: { keys: ["***1"] }\n',
      'admin: { token: secretsecret }\nauth: { keys: [secretsecret] }\n',
    ],
    ['without quotes', 'admin: { token: ***1 }\n', 'admin: { token: secretsecret }\n'],
    ['in single quotes', "admin: { token: '***1' }\n", 'admin: { token: secretsecret }\n'],
    ['into a comment that says so', '# token: "***1"\n', '# token: secretsecret\n'],
  ])('%s', (_, shown, back) => expect(unmaskText(shown, text)).toMatchObject({ text: back, problems: [] }));

  it.each([
    ['into a name', 'clusters:\n  main:\n    endpoints:\n      - { name: "***1" }\n', 4, 17],
    ['into a cluster’s name', 'clusters:\n  "***1":\n    endpoints: []\n', 2, 3],
    ['into a URL', 'base_url: "https://***1.example"\n', 1, 20],
    ['into a comment that hides nothing', 'listen: 1\n# "***1"\n', 2, 3],
    ['with a number of none', 'admin: { token: "***9" }\n', 1, 17],
  ])('%s is a problem at its place', (_, shown, line, column) => {
    expect(unmaskText(shown, text).problems).toEqual([
      { line, column, path: '', message: expect.stringContaining('stands for') },
    ]);
  });
});

describe('where a problem is', () => {
  const text = 'admin: { token: a-long-secret-value }\nx: { a: 1, api_key: another-long-secret, b: 2 }\n';
  const { text: back, shown } = unmaskText(maskText(text), text);

  it.each([
    ['before any secret', 'admin', 'admin'],
    ['a secret itself', 'a-long-secret-value', '"***1"'],
    ['behind one on its line', 'b: 2', 'b: 2'],
    ['on a line of its own', 'x: {', 'x: {'],
  ])('%s', (_, real, inShown) => {
    const place = (within: string, part: string) => {
      const before = within.slice(0, within.indexOf(part)).split('\n');
      return { line: before.length, column: before.at(-1)!.length + 1 };
    };
    const problem = shown({ ...place(back, real), path: '', message: '' });
    expect(problem).toMatchObject(place(maskText(text), inShown));
  });
});
