import { describe, expect, it } from 'vitest';
import { causeOfStatus, statusVerdict } from './status.ts';

describe('statusVerdict', () => {
  it.each([
    [200, 'answer'],
    [201, 'answer'],
    [204, 'answer'],
    [301, 'reject'],
    [304, 'reject'],
    [400, 'reject'],
    [401, 'fail'],
    [402, 'fail'],
    [403, 'fail'],
    [404, 'reject'],
    [408, 'fail'],
    [409, 'reject'],
    [413, 'reject'],
    [422, 'reject'],
    [429, 'fail'],
    [451, 'reject'],
    [499, 'reject'],
    [500, 'fail'],
    [502, 'fail'],
    [503, 'fail'],
    [504, 'fail'],
    [520, 'fail'],
    [524, 'fail'],
    [529, 'fail'],
    [530, 'fail'],
    [599, 'fail'],
  ] as const)('%i → %s', (status, verdict) => {
    expect(statusVerdict(status)).toBe(verdict);
  });
});

describe('causeOfStatus', () => {
  const HTML = '<!DOCTYPE html><html>';
  it.each([
    [401, {}, '', 'bad-key', 'upstream'],
    [402, {}, '', 'bad-key', 'upstream'],
    [403, {}, '', 'bad-key', 'upstream'],
    [401, {}, HTML, 'bad-key', 'edge'],
    [403, {}, HTML, 'blocked', 'edge'],
    [403, { 'cf-mitigated': 'challenge', 'x-request-id': 'req' }, HTML, 'blocked', 'edge'],
    [503, { 'cf-mitigated': 'challenge' }, '', 'blocked', 'edge'],
    [403, {}, '{"cloudflare_error":true}', 'blocked', 'edge'],
    [401, {}, '{"error":{"code":"model_not_found"}}', 'not-served', 'upstream'],
    [402, {}, '{"error":{"message":"you can only afford 12"}}', 'not-served', 'upstream'],
    [402, {}, '{"error":{"message":"Insufficient credits"}}', 'bad-key', 'upstream'],
    [403, {}, '{"error":{"code":"model_not_found"}}', 'not-served', 'upstream'],
    [403, {}, '{"error":{"message":"flagged by moderation"}}', 'not-served', 'upstream'],
    [403, {}, '{"error":{"code":"unsupported_country_region_territory"}}', 'blocked', 'upstream'],
    [403, {}, '{"error":{"message":"Forbidden"}}', 'bad-key', 'upstream'],
    [503, {}, '{"error":{"code":"model_not_found"}}', 'not-served', 'upstream'],
    [429, {}, '{"error":{"code":"model_not_found"}}', 'rate-limited', 'upstream'],
    [408, {}, '', 'upstream-error', 'upstream'],
    [429, {}, '{}', 'rate-limited', 'upstream'],
    [429, { 'cf-error-type': '1015' }, '', 'rate-limited', 'edge'],
    [529, { 'request-id': 'req' }, '', 'overloaded', 'upstream'],
    [500, { server: 'cloudflare', 'cf-ray': '1' }, '{"type":"error"}', 'upstream-error', 'upstream'],
    [502, {}, HTML, 'upstream-error', 'edge'],
    [504, {}, '{"type":"error"}', 'upstream-error', 'upstream'],
    [504, {}, HTML, 'edge-timeout', 'edge'],
    [504, {}, '  <html>\r\n<head>', 'edge-timeout', 'edge'],
    [504, {}, '<center>', 'edge-timeout', 'edge'],
    [504, {}, '{"cloudflare_error": true}', 'edge-timeout', 'edge'],
    [504, { 'cf-error-origin': 'x' }, '', 'edge-timeout', 'edge'],
    [504, { 'x-request-id': 'req' }, HTML, 'upstream-error', 'upstream'],
    [504, { 'request-id': 'req' }, '{"cloudflare_error":true}', 'upstream-error', 'upstream'],
    [520, {}, '', 'upstream-error', 'edge'],
    [521, {}, '', 'upstream-error', 'edge'],
    [524, {}, '', 'edge-timeout', 'edge'],
    [524, { 'request-id': 'req' }, '{}', 'edge-timeout', 'edge'],
    [530, {}, '', 'upstream-error', 'edge'],
  ] as const)('%i %j %j → %s by %s', (status, headers, text, cause, endedBy) => {
    expect(causeOfStatus({ status, headers, text })).toEqual({ cause, endedBy });
  });
});
