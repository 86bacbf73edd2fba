import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Body } from '../domain/body.ts';
import { BodyScan, fieldValue, scanObject, spliceFields } from './protocols.ts';

function fieldsOf(text: string | Buffer) {
  const scanned = scanObject(Buffer.from(text));
  if (!scanned.ok) throw new Error(scanned.error.detail);
  return scanned.value;
}

const joined = ({ pieces, bytes }: Body) => Buffer.concat(pieces, bytes);

/** JSON text in many spellings: spaces, escapes, duplicate keys. */
const space = fc.constantFrom('', '', ' ', '\n', '\t \r\n');
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom('"', '\\', '\\"', '}', '{"a":[', 'x'.repeat(100), `${'y"\\'.repeat(30)}`, '\u2028'),
);
const quoted = fc.oneof(
  text.map((value) => JSON.stringify(value)),
  text.map(
    (value) => `"${[...value].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`,
  ),
);

/**
 * JSON.parse is the oracle here, and Node 24's takes a key with an escape for one that it has seen at this place before,
 * such as "\\u0020" for "\\\\": there, keys are written without escapes.
 */
JSON.parse('{"a":0,"\\\\":1}');
const oracleReadsEscapedKeys = Object.hasOwn(JSON.parse('{"a":0,"\\u0020":1}'), ' ');
const needsNoEscape = (value: string) => JSON.stringify(value) === `"${value}"`;
const plain = text.filter(needsNoEscape).map((value) => `"${value}"`);
const quotedKey = oracleReadsEscapedKeys ? quoted : plain;
const oddKey = oracleReadsEscapedKeys ? '"\\u0061"' : '"a"';
const literal = fc.oneof(
  fc.constantFrom('true', 'false', 'null', '-0', '1e5', '2.5E-3', '0'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    literal,
    quoted,
    fc
      .tuple(space, fc.array(tie('value'), { maxLength: 4 }), space)
      .map(([a, items, b]) => `[${a}${items.join(`${b},${a}`)}${b}]`),
    fc
      .tuple(space, fc.array(fc.tuple(quotedKey, tie('value')), { maxLength: 4 }))
      .map(([s, members]) => `{${s}${members.map(([k, v]) => `${k}${s}:${s}${v}`).join(`${s},${s}`)}${s}}`),
  ),
}));
const key = fc.oneof(fc.constantFrom('"model"', '"a"', oddKey, '"__proto__"'), quotedKey);
const object = fc
  .tuple(space, fc.array(fc.tuple(key, value), { maxLength: 6 }))
  .map(
    ([s, members]) => `${s}{${s}${members.map(([k, v]) => `${k}${s}:${s}${v}`).join(`${s},${s}`)}${s}}${s}`,
  );

describe('scanObject', () => {
  it('finds what JSON.parse finds', () => {
    fc.assert(
      fc.property(object, (json) => {
        const fields = fieldsOf(json);
        const found = new Map(
          fields.map((field) => [field.key, fieldValue(Buffer.from(json), fields, field.key)]),
        );
        expect(found).toEqual(new Map(Object.entries(JSON.parse(json))));
      }),
      { numRuns: 500 },
    );
  });

  it('takes no part of an object for a whole one', () => {
    fc.assert(
      fc.property(object, fc.nat(), (json, at) => {
        const whole = json.trim();
        expect(scanObject(Buffer.from(whole).subarray(0, at % Buffer.byteLength(whole))).ok).toBe(false);
      }),
    );
  });

  it('survives any bytes, and accepts nothing that JSON.parse finds no object in, strings and depths apart', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",: \\1atruefalsn'), maxLength: 30 }), (json) => {
        const scanned = scanObject(Buffer.from(json));
        let parsed: unknown;
        try {
          parsed = JSON.parse(json);
        } catch {
          return;
        }
        const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
        expect(scanned.ok).toBe(isObject);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, string]>([
    ['', 'an object was expected at byte 0'],
    ['   ', 'an object was expected at byte 3'],
    ['[]', 'an object was expected at byte 0'],
    ['"a"', 'an object was expected at byte 0'],
    ['{', 'a key was expected at byte 1'],
    ['{"a"', 'a colon was expected at byte 4'],
    ['{"a":', 'a value was expected at byte 5'],
    ['{"a":1', 'a comma or a closing brace was expected at byte 6'],
    ['{"a":1,', 'a key was expected at byte 7'],
    ['{"a":1,}', 'a key was expected at byte 7'],
    ['{"a":1 "b":2}', 'a comma or a closing brace was expected at byte 7'],
    ['{a:1}', 'a key was expected at byte 1'],
    ['{"a":tru}', 'a value was expected at byte 5'],
    ['{"a":01}', 'a value was expected at byte 5'],
    ['{"a":NaN}', 'a value was expected at byte 5'],
    ["{'a':1}", 'a key was expected at byte 1'],
    ['{"a":"b}', 'the string is not closed that starts at byte 5'],
    ['{"a":"b\\"}', 'the string is not closed that starts at byte 5'],
    [`{"a":"${'b'.repeat(200)}\\"}`, 'the string is not closed that starts at byte 5'],
    ['{"a":"b\\', 'the string is not closed that starts at byte 5'],
    ['{"a":[1,{"b":2]}', 'a bracket does not match at byte 14'],
    ['{"a":[1', 'a bracket is not closed that opens at byte 5'],
    ['{"\\x":1}', 'the key has a bad escape that starts at byte 1'],
    ['{} {}', 'something follows the object at byte 3'],
    ['{}\0', 'something follows the object at byte 2'],
    [`{"a":${'['.repeat(10_001)}${']'.repeat(10_001)}}`, 'nesting is deeper than 10000 at byte 10005'],
  ])('refuses %j', (json, detail) => {
    expect(scanObject(Buffer.from(json))).toEqual({ ok: false, error: { detail } });
  });

  it('accepts nesting up to the limit', () => {
    expect(scanObject(Buffer.from(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)).ok).toBe(true);
  });

  it('reads a view into a larger buffer', () => {
    const bytes = new Uint8Array(Buffer.from('xx{"a":[1]}yy')).subarray(2, 11);
    const fields = fieldsOf(Buffer.from(bytes));
    expect(fieldValue(bytes, fields, 'a')).toEqual([1]);
  });
});

describe('fieldValue', () => {
  const big = Buffer.from(
    JSON.stringify({ small: 'x'.repeat(64 * 1024 - 2), large: 'x'.repeat(64 * 1024 - 1), a: 1 }),
  );
  it.each<[string, unknown]>([
    ['a', 1],
    ['absent', undefined],
    ['small', 'x'.repeat(64 * 1024 - 2)],
    ['large', undefined],
  ])('%s', (name, expected) => {
    expect(fieldValue(big, fieldsOf(big), name)).toEqual(expected);
  });

  it('takes the last of several, and undefined for a broken one', () => {
    const body = Buffer.from('{"a":1,"b":[1 2],"a":2}');
    expect(fieldValue(body, fieldsOf(body), 'a')).toBe(2);
    expect(fieldValue(body, fieldsOf(body), 'b')).toBeUndefined();
  });
});

describe('spliceFields', () => {
  const splice = (json: string, edits: Record<string, unknown>) =>
    joined(spliceFields(Buffer.from(json), fieldsOf(json), edits)).toString();

  it.each<[string, Record<string, unknown>, string]>([
    ['{"model": "a" ,\n "x" : 1.0}', { model: 'b' }, '{"model": "b" ,\n "x" : 1.0}'],
    ['{"x":1}', { stream: true }, '{"x":1,"stream":true}'],
    [' { "x" : 1 } ', { stream: true }, ' { "x" : 1,"stream":true } '],
    ['{}', { stream: true, model: 'é' }, '{"stream":true,"model":"é"}'],
    [' { } ', { a: 1 }, ' {"a":1 } '],
    ['{"a":1,"b":2,"c":3}', { a: undefined }, '{"b":2,"c":3}'],
    ['{"a":1,"b":2,"c":3}', { b: undefined }, '{"a":1,"c":3}'],
    ['{"a":1,"b":2,"c":3}', { c: undefined }, '{"a":1,"b":2}'],
    ['{"a":1,"b":2,"c":3}', { a: undefined, b: undefined }, '{"c":3}'],
    ['{"a":1,"b":2,"c":3}', { b: undefined, c: undefined }, '{"a":1}'],
    ['{"a":1,"b":2}', { a: undefined, b: undefined }, '{}'],
    ['{"a":1,"b":2}', { a: undefined, b: undefined, c: 3 }, '{"c":3}'],
    ['{"a":1,"b":2,"c":3}', { c: undefined, d: 4, a: 9 }, '{"a":9,"b":2,"d":4}'],
    ['{"a":1,"b":2}', { absent: undefined }, '{"a":1,"b":2}'],
    ['{"a":1,"b":2,"a":3}', { a: 4 }, '{"a":4,"b":2,"a":4}'],
    ['{"a":1,"b":2,"a":3}', { a: undefined }, '{"b":2}'],
    ['{"\\u0061":1}', { a: 2 }, '{"\\u0061":2}'],
    ['{"o":{"a":1}}', { o: { b: [2] } }, '{"o":{"b":[2]}}'],
    ['{"a":1}', {}, '{"a":1}'],
  ])('%s with %j', (json, edits, expected) => {
    expect(splice(json, edits)).toBe(expected);
  });

  const edit = fc.option(fc.jsonValue(), { nil: undefined });
  const edits = fc.dictionary(fc.constantFrom('model', 'a', 'stream', 'c'), edit, {
    maxKeys: 4,
    noNullPrototype: true,
  });

  it('does to the bytes what assigning does to the parsed object', () => {
    fc.assert(
      fc.property(object, edits, (json, changes) => {
        const expected = new Map(Object.entries(JSON.parse(json)));
        for (const [name, changed] of Object.entries(changes)) {
          if (changed === undefined) expected.delete(name);
          else expected.set(name, JSON.parse(JSON.stringify(changed)));
        }
        expect(new Map(Object.entries(JSON.parse(splice(json, changes))))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves every byte outside the replaced value alone', () => {
    fc.assert(
      fc.property(object, fc.jsonValue(), (json, changed) => {
        const fields = fieldsOf(json);
        const only = fields.filter((field) => field.key === 'model');
        fc.pre(only.length === 1);
        const { start, end } = only[0]!;
        const bytes = Buffer.from(json);
        const expected = Buffer.concat([
          bytes.subarray(0, start),
          Buffer.from(JSON.stringify(changed)),
          bytes.subarray(end),
        ]);
        expect(joined(spliceFields(bytes, fields, { model: changed })).equals(expected)).toBe(true);
      }),
    );
  });
});

describe('a body in pieces', () => {
  const cuts = fc.array(fc.nat(400), { maxLength: 8 });
  function inPieces(bytes: Buffer, at: readonly number[]): Body {
    const ends = [...at.map((end) => end % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
    return { pieces: ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end)), bytes: bytes.length };
  }
  const broken = fc.tuple(object, fc.nat(), fc.constantFrom('', '"', '\\', '}', ']', ',', 'x', '{', '\\"'));

  it('is scanned as the whole is, errors included', () => {
    fc.assert(
      fc.property(broken, fc.boolean(), cuts, ([json, place, wrong], isBroken, at) => {
        const index = place % (json.length + 1);
        const bytes = Buffer.from(isBroken ? json.slice(0, index) + wrong + json.slice(index) : json);
        const scanned = scanObject(inPieces(bytes, at));
        expect(scanned).toEqual(scanObject(bytes));
        if (!isBroken) expect(scanned.ok).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the values of its members, and is spliced, as the whole is', () => {
    fc.assert(
      fc.property(object, cuts, fc.jsonValue(), (json, at, changed) => {
        const bytes = Buffer.from(json);
        const body = inPieces(bytes, at);
        const fields = fieldsOf(json);
        for (const { key: name } of fields)
          expect(fieldValue(body, fields, name)).toEqual(fieldValue(bytes, fields, name));
        const edits = { model: changed, a: undefined, added: 1 };
        const spliced = spliceFields(body, fields, edits);
        expect(joined(spliced)).toEqual(joined(spliceFields(bytes, fields, edits)));
        expect(spliced.bytes).toBe(joined(spliced).length);
      }),
      { numRuns: 300 },
    );
  });

  it('is known once it was scanned as it came, and shares its memory with what is spliced', () => {
    const scan = new BodyScan();
    const body = Buffer.from('{"messages":[1],"model":"a"}');
    scan.push(body.subarray(0, 20));
    scan.push(body.subarray(20));
    const scanned = scan.end();
    expect(scanObject(scan)).toBe(scanned);
    const { pieces } = spliceFields(scan, scanned.ok ? scanned.value : [], { stream: true });
    expect(pieces.filter((piece) => piece.buffer === body.buffer).map(String)).toContain(
      '{"messages":[1],"mod',
    );
  });

  it('may have 10,000 members, and numbers of 4,096 digits', () => {
    const members = (count: number) => Array.from({ length: count }, (_, at) => `"${at}":0`).join();
    expect(scanObject(Buffer.from(`{${members(10_000)}}`)).ok).toBe(true);
    expect(scanObject(Buffer.from(`{${members(10_001)}}`))).toMatchObject({
      error: { detail: expect.stringContaining('more than 10000 members') },
    });
    expect(scanObject(Buffer.from(`{"a":1${'0'.repeat(4095)}}`)).ok).toBe(true);
    expect(scanObject(Buffer.from(`{"a":1${'0'.repeat(4096)}}`)).ok).toBe(false);
  });
});
