import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expectation, PredictKey, PredictSample } from './expectation.ts';
import { HALF_LIFE_MS } from './expected.ts';
import { createPredictor, type Predictor } from './predictor.ts';
import { PRIORS, priorOf } from './priors.ts';
import { sizeClassOf, tokenClassOf } from './size-class.ts';
import { RELATIVE_ERROR } from './sketch.ts';

const NOW = 1_000_000_000;
const CHAT = sizeClassOf(1_000, 1_000);

const key = (more: Partial<PredictKey> = {}): PredictKey => ({
  endpointId: 'main',
  model: 'claude-sonnet-4-5',
  effort: '',
  stream: true,
  sizeClass: CHAT,
  ...more,
});

/** A call whose longest silence is the one before its first event. */
const call = (silenceMs: number, more: Partial<PredictSample> = {}): PredictSample => ({
  firstEventMs: silenceMs,
  longestSilenceMs: silenceMs,
  totalMs: silenceMs + 1_000,
  ...more,
});
/** One that was cut in silence. */
const cut = (silenceMs: number): PredictSample => ({
  longestSilenceMs: silenceMs,
  totalMs: silenceMs,
  censored: true,
});

function note(
  predictor: Predictor,
  times: number,
  sample: PredictSample,
  more: Partial<PredictKey> = {},
  at = NOW,
) {
  for (let i = 0; i < times; i += 1) predictor.note(key(more), sample, at);
}

/** `measured 20s n=5`, with silences to the nearest 10 %. */
function said({ silenceMs, basis, samples }: Expectation): string {
  return `${basis} ${Number((silenceMs / 1_000).toPrecision(1))}s n=${Number(samples.toFixed(2))}`;
}

describe('rules of thumb', () => {
  const max32k = sizeClassOf(1_000, 32_000);

  it.each<[string, Partial<PredictKey>, number, number]>([
    ['plain chat', {}, 10, 27],
    ['plain chat, nothing said of its length', { sizeClass: sizeClassOf(1_000) }, 10, 77],
    ['a long answer', { sizeClass: max32k }, 10, 143],
    ['a very long answer', { sizeClass: sizeClassOf(1, 64_000) }, 10, 277],
    ['thinking', { effort: 'thinking' }, 45, 62],
    ['low effort', { effort: 'low' }, 20, 37],
    ['medium effort', { effort: 'medium' }, 45, 62],
    ['high effort', { effort: 'high' }, 120, 137],
    ['any spelling', { effort: 'HIGH' }, 120, 137],
    ['an effort not known here', { effort: 'ultra' }, 45, 62],
    ['xhigh', { effort: 'xhigh' }, 200, 217],
    ['max', { effort: 'max' }, 200, 217],
    ['gpt-5, high', { model: 'gpt-5.2', effort: 'high' }, 240, 257],
    ['gpt-5 by way of a relay', { model: 'openai/gpt-5', effort: 'xhigh' }, 240, 257],
    ['gpt-5, nothing asked', { model: 'gpt-5' }, 60, 77],
    ['gpt-5, minimal', { model: 'gpt-5-mini', effort: 'minimal' }, 15, 32],
    ['o3, high', { model: 'o3', effort: 'high' }, 240, 257],
    ['o3-pro', { model: 'o3-pro-2025-06-10' }, 300, 317],
    ['gpt-5-pro', { model: 'gpt-5.4-pro' }, 300, 317],
    ['deepseek-r1', { model: 'deepseek-r1' }, 60, 77],
    ['gpt-4o is none of them', { model: 'gpt-4o' }, 10, 27],
    ['not streamed: silent until it is whole', { stream: false }, 27, 27],
    ['not streamed and high', { stream: false, effort: 'high', sizeClass: max32k }, 253, 253],
  ])('%s', (_, more, silenceS, totalS) => {
    const { silenceMs, firstEventMs, totalMs, basis, samples } = createPredictor().expect(key(more), NOW);
    expect(Math.round(silenceMs / 1_000)).toBe(silenceS);
    expect(firstEventMs).toBe(silenceMs);
    expect(Math.round(totalMs / 1_000)).toBe(totalS);
    expect({ basis, samples }).toEqual({ basis: 'prior', samples: 0 });
  });

  it('say why, and there is always one that fits', () => {
    for (const { because, firstEventMs } of PRIORS) {
      expect(because.length).toBeGreaterThan(10);
      expect(firstEventMs).toBeGreaterThan(0);
    }
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (model, effort, sizeClass) => {
        const { totalMs, silenceMs } = priorOf({ model, effort, sizeClass, stream: true });
        expect(totalMs).toBeGreaterThan(silenceMs);
      }),
    );
  });
});

describe('size classes', () => {
  it.each<[number, number | undefined, number, number]>([
    [0, undefined, 0, 0],
    [65_536, 1_024, 1, 1],
    [65_537, 1_025, 7, 2],
    [524_288, 32_768, 8, 3],
    [524_289, 32_769, 14, 4],
  ])('%d bytes, max_tokens %s → %d, tokens %d', (bytes, tokens, sizeClass, tokenClass) => {
    expect(sizeClassOf(bytes, tokens)).toBe(sizeClass);
    expect(tokenClassOf(sizeClass)).toBe(tokenClass);
  });
});

describe('what is expected, by what was seen', () => {
  it.each<[string, (predictor: Predictor) => void, Partial<PredictKey>, string]>([
    ['nothing', () => {}, {}, 'prior 10s n=0'],
    ['enough like it', (p) => note(p, 5, call(2_000)), {}, 'measured 2s n=5'],
    ['a few that were quicker', (p) => note(p, 4, call(2_000)), {}, 'prior 10s n=4'],
    ['one that was slower', (p) => note(p, 1, call(80_000)), {}, 'prior 80s n=1'],
    ['one that was cut', (p) => note(p, 1, cut(100_000)), {}, 'prior 100s n=1'],
    [
      'a tail of one in ten',
      (p) => {
        note(p, 18, call(2_000));
        note(p, 2, call(90_000));
      },
      {},
      'measured 90s n=20',
    ],
    [
      'one odd one among many',
      (p) => {
        note(p, 39, call(2_000));
        note(p, 1, call(90_000));
      },
      {},
      'measured 2s n=40',
    ],
    ['elsewhere', (p) => note(p, 6, call(3_000), { endpointId: 'direct' }), {}, 'other-endpoints 3s n=6'],
    [
      'a little here, a little there',
      (p) => {
        note(p, 3, call(3_000), { endpointId: 'direct' });
        note(p, 3, call(5_000));
      },
      {},
      'other-endpoints 5s n=6',
    ],
    [
      'here before elsewhere',
      (p) => {
        note(p, 9, call(3_000), { endpointId: 'direct' });
        note(p, 5, call(70_000));
      },
      {},
      'measured 70s n=5',
    ],
    [
      'more effort was quick',
      (p) => note(p, 5, call(4_000), { effort: 'high' }),
      { effort: 'medium' },
      'other-endpoints 4s n=5',
    ],
    [
      'less effort says nothing of more',
      (p) => note(p, 50, call(4_000)),
      { effort: 'high' },
      'prior 100s n=50',
    ],
    ['but more effort takes no less', (p) => note(p, 2, call(300_000)), { effort: 'high' }, 'prior 300s n=2'],
    [
      'and slow more effort says nothing of less',
      (p) => note(p, 3, call(300_000), { effort: 'high' }),
      {},
      'prior 10s n=0',
    ],
    ['another model', (p) => note(p, 9, call(3_000), { model: 'gpt-4o' }), {}, 'prior 10s n=0'],
    ['another size', (p) => note(p, 9, call(3_000), { sizeClass: 14 }), {}, 'prior 10s n=0'],
    ['not streamed', (p) => note(p, 9, call(3_000), { stream: false }), {}, 'prior 10s n=0'],
    [
      'times that are none',
      (p) => {
        note(p, 9, call(Number.NaN));
        note(p, 9, call(-1));
        note(p, 9, call(Number.POSITIVE_INFINITY));
      },
      {},
      'prior 10s n=0',
    ],
  ])('%s', (_, before, asked, expected) => {
    const predictor = createPredictor();
    before(predictor);
    expect(said(predictor.expect(key(asked), NOW))).toBe(expected);
  });

  it('has each time of its own', () => {
    const predictor = createPredictor();
    note(predictor, 5, { firstEventMs: 2_000, longestSilenceMs: 30_000, totalMs: 200_000 });
    const { firstEventMs, silenceMs, totalMs } = predictor.expect(key(), NOW);
    const near = (ms: number, truth: number) =>
      expect(Math.abs(ms - truth)).toBeLessThanOrEqual(truth * RELATIVE_ERROR);
    near(firstEventMs, 2_000);
    near(silenceMs, 30_000);
    near(totalMs, 200_000);
  });

  it('changes nothing by being asked', () => {
    const predictor = createPredictor();
    note(predictor, 7, call(3_000));
    const before = predictor.snapshot();
    for (const effort of ['', 'high', 'x']) {
      for (const endpointId of ['main', 'other']) predictor.expect(key({ effort, endpointId }), NOW + 1e9);
    }
    expect(predictor.snapshot()).toBe(before);
    expect(predictor.size).toBe(1);
  });
});

describe('calls that were cut short', () => {
  it('push the expectation up to where they were cut', () => {
    const predictor = createPredictor();
    note(predictor, 20, call(2_000));
    note(predictor, 2, cut(100_000));
    expect(said(predictor.expect(key(), NOW))).toBe('measured 100s n=22');
  });

  it('push it further where longer ones are known', () => {
    const predictor = createPredictor();
    note(predictor, 40, call(2_000));
    note(predictor, 1, call(200_000));
    expect(said(predictor.expect(key(), NOW))).toBe('measured 2s n=41');
    note(predictor, 3, cut(100_000));
    expect(said(predictor.expect(key(), NOW))).toBe('measured 200s n=43');
  });

  it('say next to nothing when they were given up early', () => {
    const predictor = createPredictor();
    note(predictor, 50, cut(1_000));
    expect(said(predictor.expect(key(), NOW))).toBe('prior 10s n=0');
    note(predictor, 5, call(90_000));
    note(predictor, 50, cut(1_000));
    expect(said(predictor.expect(key(), NOW))).toBe('measured 90s n=5');
  });

  it('never pull it down', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 5, maxLength: 40 }),
        fc.integer({ min: 1, max: 300_000 }),
        (silences, at) => {
          const predictor = createPredictor();
          for (const ms of silences) predictor.note(key(), call(ms), NOW);
          const before = predictor.expect(key(), NOW);
          predictor.note(key(), cut(at), NOW);
          const after = predictor.expect(key(), NOW);
          expect(after.silenceMs).toBeGreaterThanOrEqual(before.silenceMs);
          expect(after.totalMs).toBeGreaterThanOrEqual(before.totalMs);
        },
      ),
    );
  });

  it('count as what they were where the event had come', () => {
    const predictor = createPredictor();
    note(predictor, 5, { firstEventMs: 1_000, longestSilenceMs: 100_000, totalMs: 110_000, censored: true });
    const { firstEventMs, basis } = predictor.expect(key(), NOW);
    expect(basis).toBe('measured');
    expect(firstEventMs).toBeLessThan(1_100);
  });
});

describe('age', () => {
  it('halves what was seen', () => {
    const predictor = createPredictor();
    note(predictor, 20, call(2_000));
    expect(said(predictor.expect(key(), NOW + HALF_LIFE_MS))).toBe('measured 2s n=10');
    expect(said(predictor.expect(key(), NOW + 2 * HALF_LIFE_MS))).toBe('measured 2s n=5');
    expect(predictor.expect(key(), NOW + 3 * HALF_LIFE_MS).basis).toBe('prior');
  });

  it('lets the present outweigh the past', () => {
    const predictor = createPredictor();
    note(predictor, 20, call(100_000));
    note(predictor, 20, call(2_000), {}, NOW + 5 * HALF_LIFE_MS);
    expect(said(predictor.expect(key(), NOW + 5 * HALF_LIFE_MS))).toBe('measured 2s n=20.63');
  });

  it('is nothing where the clock was set back', () => {
    const predictor = createPredictor();
    note(predictor, 5, call(2_000));
    note(predictor, 5, call(2_000), {}, NOW - HALF_LIFE_MS);
    expect(said(predictor.expect(key(), NOW - HALF_LIFE_MS))).toBe('measured 2s n=10');
  });
});

describe('memory', () => {
  it('holds 2,000 keys, and lets those go that were used longest ago', () => {
    const predictor = createPredictor();
    note(predictor, 5, call(2_000), { model: 'first' });
    note(predictor, 5, call(2_000), { model: 'second' });
    for (let i = 0; i < 1_998; i += 1) note(predictor, 1, call(2_000), { model: `m${i}` });
    note(predictor, 1, call(2_000), { model: 'first' });
    expect(predictor.size).toBe(2_000);
    note(predictor, 1, call(2_000), { model: 'one more' });
    expect(predictor.size).toBe(2_000);
    expect(predictor.expect(key({ model: 'first' }), NOW).samples).toBe(6);
    expect(predictor.expect(key({ model: 'second' }), NOW).samples).toBe(0);
  });

  it('cuts names that are too long', () => {
    const predictor = createPredictor();
    const model = 'm'.repeat(1_000_000);
    note(predictor, 5, call(2_000), { model, effort: model });
    expect(predictor.snapshot().length).toBeLessThan(1_000);
    expect(predictor.expect(key({ model, effort: model }), NOW).basis).toBe('measured');
  });
});

describe('a restart', () => {
  it('takes up where it was', () => {
    const before = createPredictor();
    note(before, 7, call(2_000));
    note(before, 3, cut(100_000), { endpointId: 'b', effort: 'high' });
    note(before, 1, call(5_000), { model: 'später "n" \n' });
    const after = createPredictor();
    note(after, 5, call(1), { model: 'gone' });
    after.restore(before.snapshot());
    expect(after.size).toBe(before.size);
    expect(after.snapshot()).toBe(before.snapshot());
    for (const more of [{}, { endpointId: 'b', effort: 'high' }, { endpointId: 'c' }, { model: 'gone' }]) {
      const at = NOW + HALF_LIFE_MS / 2;
      expect(after.expect(key(more), at)).toEqual(before.expect(key(more), at));
    }
  });

  const row = JSON.parse(
    (() => {
      const predictor = createPredictor();
      note(predictor, 5, call(2_000));
      return predictor.snapshot();
    })(),
  ) as { form: string; keys: Record<string, unknown>[] };
  const changed = (more: Record<string, unknown>) =>
    JSON.stringify({ ...row, keys: [row.keys[0], { ...row.keys[0], ...more }] });

  it.each<[string, string]>([
    ['nothing', ''],
    ['half of it', JSON.stringify(row).slice(0, -20)],
    ['something else', 'null'],
    ['no list', JSON.stringify({ ...row, keys: {} })],
    ['another form', JSON.stringify({ ...row, form: '0' })],
    ['a row that is none', JSON.stringify({ ...row, keys: [null] })],
    ['a name that is none', changed({ model: 1 })],
    ['a negative count', changed({ samples: -1 })],
    ['half a bucket', changed({ silence: [1] })],
    ['a bucket out of range', changed({ silence: [5_000, 1] })],
    ['a bucket that is none', changed({ silence: [1.5, 1] })],
    ['a weight that is none', changed({ silence: [1, null] })],
    ['no sketch', changed({ total: 'x' })],
  ])('begins anew with %s', (_, json) => {
    const predictor = createPredictor();
    note(predictor, 5, call(2_000));
    predictor.restore(json);
    expect(predictor.size).toBe(0);
    expect(predictor.expect(key(), NOW).basis).toBe('prior');
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (json) => {
        const predictor = createPredictor();
        predictor.restore(json);
        expect(predictor.size).toBe(0);
      }),
    );
  });
});

describe('whether calls are quick', () => {
  const kind = { endpointId: 'a', model: 'm', effort: '', sizeClass: 0 };
  const noteAt = (predictor: Predictor, totalMs: number, now: number, more: Partial<PredictSample> = {}) =>
    predictor.note({ ...kind, stream: true }, { longestSilenceMs: 1, totalMs, ...more }, now);

  it('is not known any more after a while without any', () => {
    const predictor = createPredictor();
    for (let call = 0; call < 6; call += 1) noteAt(predictor, 500, call);
    expect(predictor.isQuick(kind, 5_000, 10)).toBe(true);
    expect(predictor.isQuick(kind, 5_000, 12 * 3_600_000)).toBe(false);
  });

  it('they are not where they are cut short after longer', () => {
    const predictor = createPredictor();
    for (let call = 0; call < 6; call += 1) noteAt(predictor, 500, call);
    noteAt(predictor, 100_000, 10, { censored: true });
    expect(predictor.isQuick(kind, 5_000, 10)).toBe(false);
  });

  it('is shown by model, survives a snapshot, and is forgotten by endpoint', () => {
    const predictor = createPredictor();
    for (let call = 0; call < 6; call += 1) noteAt(predictor, 500, call);
    const after = createPredictor();
    after.restore(predictor.snapshot());
    expect(after.quickModels('a', 5_000, 10)).toEqual(['m']);
    expect(after.quickModels('b', 5_000, 10)).toEqual([]);
    expect(after.forget('b')).toBe(false);
    expect(after.forget('a')).toBe(true);
    expect([after.quickModels('a', 5_000, 10), after.size]).toEqual([[], 0]);
  });
});
