import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptRecord, exchangeRecord } from '../../test/doubles/ledger-records.ts';
import type { AttemptRecord, ExchangeRecord } from '../domain/ledger.ts';
import { parseFormerLine } from './former-line.ts';
import {
  ATTEMPT,
  CLOSING,
  EXCHANGE,
  type Field,
  OPENING,
  readAttempt,
  readExchange,
  TEXT_MAX,
} from './ledger-columns.ts';
import {
  attemptText,
  begunText,
  closingText,
  endText,
  headText,
  openingText,
  parseLine,
  wholeText,
} from './ledger-line.ts';

/** Any value of a field's kind, or none. */
function anyOf({ kind }: Field): fc.Arbitrary<unknown> {
  if (kind === 'number') return fc.double({ noNaN: true, noDefaultInfinity: true });
  if (kind === 'flag') return fc.boolean();
  if (kind === 'json')
    return fc.dictionary(fc.string(), fc.string({ unit: 'binary' }), { noNullPrototype: true });
  return fc.string({ unit: 'binary', maxLength: 60 });
}

/** Records with any of their fields absent, but for those that a line can't be without. */
function recordWith(fields: readonly Field[], always: readonly string[]): fc.Arbitrary<object> {
  const ofRecord = fields.filter(({ ofUsage }) => !ofUsage);
  const ofUsage = fields.filter((field) => field.ofUsage);
  const parts = (some: readonly Field[]) =>
    Object.fromEntries(some.map((field) => [field.name, field.name === 'n' ? fc.integer() : anyOf(field)]));
  return fc
    .tuple(
      fc.record(parts(ofRecord), { requiredKeys: [...always] as never[] }),
      fc.record(parts(ofUsage), { requiredKeys: [] }),
    )
    .map(([record, usage]) => ({ ...record, usage }));
}

/** JSON knows no minus zero. */
const plain = <T>(record: T): T => JSON.parse(JSON.stringify(record)) as T;

const exchanges = recordWith(EXCHANGE, ['id', 'startedAt']) as fc.Arbitrary<ExchangeRecord>;
const attempts = recordWith(ATTEMPT, ['exchangeId', 'n']) as fc.Arbitrary<AttemptRecord>;

describe('a line', () => {
  it('gives back an exchange as it was, whole or in two parts', () => {
    fc.assert(
      fc.property(exchanges, (record) => {
        const whole = parseLine(wholeText(record));
        expect(whole?.kind === 'whole' && readExchange(whole.exchange)).toEqual(plain(record));
        const opened = parseLine(openingText(record, undefined));
        const closed = parseLine(closingText(record));
        if (opened?.kind !== 'opened' || closed?.kind !== 'closed') throw new Error('unreadable');
        expect([opened.id, closed.id]).toEqual([record.id, record.id]);
        expect(readExchange([...opened.opening, ...closed.closing])).toEqual(plain(record));
        expect(opened.throughEdge).toBe(record.throughEdge === undefined ? null : Number(record.throughEdge));
      }),
    );
  });

  it('gives back an attempt as it was', () => {
    fc.assert(
      fc.property(attempts, (record) => {
        const line = parseLine(attemptText(record));
        expect(line?.kind === 'attempt' && readAttempt(line.attempt)).toEqual(plain(record));
      }),
    );
  });

  it('gives back what begins, and the marks', () => {
    const first = { endpointId: 'e1', startedAt: 3.5, why: 'priority “1”\n' };
    expect(parseLine(begunText('a', 2, first))).toEqual({
      kind: 'begun',
      id: 'a',
      begun: { exchangeId: 'a', n: 2, ...first },
    });
    expect(parseLine(openingText(exchangeRecord('a'), first))).toMatchObject({
      kind: 'opened',
      id: 'a',
      first,
    });
    expect(parseLine(headText('run', 7, true))).toEqual({ kind: 'head', run: 'run', pid: 7, begins: true });
    expect(parseLine(headText('run', 7, false))).toMatchObject({ begins: false });
    expect(parseLine(endText(12))).toEqual({ kind: 'end', next: 12 });
    expect(parseLine(endText(undefined))).toEqual({ kind: 'end', next: undefined });
  });

  it('is one line, of a bounded length, whatever a client sent', () => {
    const path = `/${'\n"\u{1f600}'.repeat(5_000)}`;
    const text = openingText(exchangeRecord('a', { path }), undefined);
    expect(text).not.toContain('\n');
    const line = parseLine(text);
    const kept = line?.kind === 'opened' ? String(line.opening[2]) : '';
    expect(path.startsWith(kept)).toBe(true);
    expect(kept.length).toBeGreaterThan(TEXT_MAX - 3);
    expect(Buffer.byteLength(text)).toBeLessThan(8 * TEXT_MAX);
    // Not within a character.
    expect(Buffer.from(kept).toString()).toBe(kept);
  });

  it('is short where there is little to say', () => {
    expect(openingText(exchangeRecord('req-0123456789abc'), undefined).length).toBeLessThan(150);
    expect(closingText(exchangeRecord('req-0123456789abc')).length).toBeLessThan(100);
  });

  it('that is torn or none of ours is none at all', () => {
    const whole = [
      openingText(exchangeRecord('a'), { endpointId: 'e', startedAt: 1, why: 'x' }),
      wholeText(exchangeRecord('a')),
      attemptText(attemptRecord('a', 1)),
      begunText('a', 1, { endpointId: 'e', startedAt: 1, why: 'x' }),
    ];
    for (const text of whole)
      for (let end = 0; end < text.length; end += 1) expect(parseLine(text.slice(0, end))).toBeUndefined();
    fc.assert(
      fc.property(fc.json(), (text) => {
        const line = parseLine(text);
        expect(line === undefined || 'kind' in line).toBe(true);
      }),
    );
    for (const text of [
      '{"exchange":1}',
      '[]',
      '["z9"]',
      '["o1","a"]',
      '["a1","a",0.5]',
      '["c1","a",7]',
      '["w1","a","b"]',
    ])
      expect(parseLine(text)).toBeUndefined();
  });
});

describe('a line of the version before', () => {
  it('says what it said', () => {
    const [exchange, attempt] = [exchangeRecord('a', { headers: { a: 'b' } }), attemptRecord('a', 1)];
    const begun = { exchangeId: 'a', n: 2, endpointId: 'e', startedAt: 1, why: 'x' };
    const lines = parseFormerLine(JSON.stringify({ exchange, begun, attempt })) ?? [];
    expect(lines.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['whole a', 'begun a', 'attempt a']);
    const [first, second, third] = lines;
    expect(first?.kind === 'whole' && readExchange(first.exchange)).toEqual(exchange);
    expect(second?.kind === 'begun' && second.begun).toEqual(begun);
    expect(third?.kind === 'attempt' && readAttempt(third.attempt)).toEqual(attempt);
  });

  it('that is torn or odd is none at all', () => {
    for (const text of [
      '{',
      'null',
      '{"other":1}',
      '{"exchange":{"id":"odd"}}',
      '{"exchange":{"id":1,"startedAt":1}}',
    ])
      expect(parseFormerLine(text)).toBeUndefined();
    const two = { exchange: exchangeRecord('a'), attempt: attemptRecord('b', 1) };
    expect(parseFormerLine(JSON.stringify(two))).toBeUndefined();
  });
});

it('opening and closing share no field but the id', () => {
  const names = [...OPENING, ...CLOSING].map(({ column }) => column);
  expect(new Set(names).size).toBe(names.length);
});
