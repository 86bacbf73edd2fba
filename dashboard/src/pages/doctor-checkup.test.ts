import { expect, it } from 'vitest';
import type { Check, CheckupEvent } from '../../../src/admin/admin.ts';
import { AT_REST, withEvent } from './doctor-checkup.ts';

const check = (name: Check['name']): Check => ({
  name,
  status: 'ok',
  tookMs: 1,
  summary: name,
  details: [],
  data: {},
});

it('files what the doctor tells under the endpoint it is about', () => {
  const events: CheckupEvent[] = [
    { kind: 'began', name: 'config', text: 'reading' },
    { kind: 'checked', check: check('config') },
    { kind: 'endpoint', endpointId: 'a', name: 'A', baseUrl: 'http://a' },
    { kind: 'began', name: 'dns', text: 'looking A up' },
    { kind: 'checked', check: check('dns') },
    { kind: 'endpoint', endpointId: 'b', name: 'B', baseUrl: 'http://b' },
    { kind: 'began', name: 'dns', text: 'looking B up' },
    { kind: 'diagnosis', diagnosis: { healthy: true, headline: 'well', problems: [] } },
  ];
  const { visits, diagnosis } = events.reduce(withEvent, AT_REST);
  expect(visits).toEqual([
    { name: '', baseUrl: '', checks: [check('config')] },
    { name: 'A', baseUrl: 'http://a', checks: [check('dns')] },
    { name: 'B', baseUrl: 'http://b', checks: [], now: 'looking B up' },
  ]);
  expect(diagnosis?.headline).toBe('well');
});
