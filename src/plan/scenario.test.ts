import { describe, expect, it } from 'vitest';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { Route } from '../domain/settings.ts';
import { scenarioFor } from './scenario.ts';

const request = (more: Partial<IdentifiedRequest>) => ({ thinking: false, ...more }) as IdentifiedRequest;
const route = (scenario?: Route['scenario']): Route => ({
  name: 'r',
  match: {},
  ...(scenario ? { scenario } : {}),
});

describe('scenarioFor', () => {
  it.each([
    [undefined, false, 'chat'],
    [1, false, 'quick'],
    [256, false, 'quick'],
    [257, false, 'chat'],
    [8_191, false, 'chat'],
    [8_192, false, 'reasoning'],
    [16_383, false, 'reasoning'],
    [16_384, false, 'generation'],
    [1_000_000, false, 'generation'],
    [undefined, true, 'reasoning'],
    [100, true, 'reasoning'],
    [8_192, true, 'reasoning'],
    [16_384, true, 'generation'],
  ] as const)('max_tokens %s, thinking %s: %s', (maxTokens, thinking, name) => {
    const asked = request({ thinking, ...(maxTokens === undefined ? {} : { maxTokens }) });
    expect(scenarioFor(asked, undefined)).toEqual({ name, by: 'request' });
    expect(scenarioFor(asked, route())).toEqual({ name, by: 'request' });
    expect(scenarioFor(asked, route('quick'))).toEqual({ name: 'quick', by: 'route' });
    const named = { ...asked, askedScenario: 'generation' } as const;
    expect(scenarioFor(named, route('quick'))).toEqual({ name: 'generation', by: 'header' });
  });
});
