import { describe, expect, it } from 'vitest';
import { BEGAN_AT, fakeAttempt, fakeEvidence } from '../../test/doubles/explain/fake-evidence.ts';
import { explain } from './explain.ts';

const LATER = BEGAN_AT + 3_600_000;

describe('a call that no client asked for', () => {
  const own = { client: 'qcc', listener: '', route: 'verification', cluster: '' };

  it.each([
    ['cancelled', fakeAttempt({ result: 'cancelled' }), { delivery: 'refused' as const }],
    ['turned down', fakeAttempt({ result: 'rejected', status: 400 }), { status: 400 }],
  ])('has none to blame: %s', (_name, attempt, more) => {
    const evidence = fakeEvidence({ exchange: { ...own, failed: true, ...more }, attempts: [attempt] });
    for (const language of ['en', 'zh'] as const) {
      const told = explain(evidence, language, LATER);
      expect(told.findings).toEqual([]);
      const { headline, timeline, did } = told;
      expect(
        JSON.stringify({ headline: headline.replace(/no client|任何客户端/, ''), timeline, did }),
      ).not.toMatch(/the client|客户端/);
    }
    expect(explain(evidence, 'en', LATER).headline).toMatch(/^A verification .* for no client\./);
  });
});
