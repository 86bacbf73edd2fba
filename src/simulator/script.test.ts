import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseScript, parseScriptText, SCRIPT_KEYS } from './script.ts';

describe('a script', () => {
  it.each([
    [{ colour: 'red' }, 'colour'],
    [{ toString: 1 }, 'toString'],
    [{ status: 302 }, 'status'],
    [{ status: '503' }, 'status'],
    [{ body: 'xml' }, 'body'],
    [{ body: 'cloudflare-json', status: 200 }, 'body'],
    [{ retryAfter: -1 }, 'retryAfter'],
    [{ retryAfter: 'soon\r\nset-cookie: a=b' }, 'retryAfter'],
    [{ firstByteMs: 0.5 }, 'firstByteMs'],
    [{ firstEventMs: -1 }, 'firstEventMs'],
    [{ pingMs: 0 }, 'pingMs'],
    [{ eventMs: 1e12 }, 'eventMs'],
    [{ events: -1 }, 'events'],
    [{ eventBytes: 0 }, 'eventBytes'],
    [{ events: 1_000_000, eventBytes: 1_000_000 }, 'eventBytes'],
    [{ text: 5 }, 'text'],
    [{ wrongCode: 'yes' }, 'wrongCode'],
    [{ reset: 'sometime' }, 'reset'],
    [{ hang: -1 }, 'hang'],
    [{ truncate: 'after-head' }, 'truncate'],
    [{ errorEvent: 'before-head' }, 'errorEvent'],
    [{ edge: 100 }, 'edge'],
    [{ edge: {} }, 'edge.silenceMs'],
    [{ edge: { silenceMs: 0 } }, 'edge.silenceMs'],
    [{ edge: { silenceMs: 5, kind: 'akamai' } }, 'edge.kind'],
    [{ edge: { silenceMs: 5, speed: 1 } }, 'edge.speed'],
    [[], ''],
    ['503', ''],
    [null, ''],
  ])('%j is refused, naming %j', (script, key) => {
    const parsed = parseScript(script);
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.error.key).toBe(key);
    expect(parsed.error.message).toContain(key);
  });

  it('is copied, so that changing it later changes nothing', () => {
    const script = { edge: { silenceMs: 5 } };
    const parsed = parseScript(script);
    script.edge.silenceMs = 9;
    expect(parsed).toEqual({ ok: true, value: { edge: { silenceMs: 5 } } });
  });

  it.each([
    ['status=503;firstByteMs=200', { status: 503, firstByteMs: 200 }],
    [' thinking ; toolUse=true;wrongCode=false;', { thinking: true, toolUse: true, wrongCode: false }],
    ['reset=before-head', { reset: 'before-head' }],
    ['reset=3', { reset: 3 }],
    ['text=42', { text: '42' }],
    ['text=a=b', { text: 'a=b' }],
    [
      'retryAfter=Wed, 21 Oct 2026 07:28:00 GMT;status=429',
      { retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT', status: 429 },
    ],
    ['edge.silenceMs=100;edge.kind=nginx', { edge: { silenceMs: 100, kind: 'nginx' } }],
    [' {"status":503}', { status: 503 }],
    ['', {}],
  ])('reads %j', (text, script) => {
    expect(parseScriptText(text)).toEqual({ ok: true, value: script });
  });

  it.each([
    ['status=oops', 'status'],
    ['flavour', 'flavour'],
    ['{"status":', 'JSON'],
  ])('refuses %j', (text, word) => {
    const parsed = parseScriptText(text);
    expect(parsed.ok ? '' : parsed.error.message).toContain(word);
  });

  it('is documented key by key, and no key is documented that is not there', () => {
    const doc = readFileSync(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
    const rows = [...doc.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, key, held]) => [key, held?.trim()]);
    const plain = (text: string): string => text.replaceAll('`', '').replaceAll('"', '');
    const keys = Object.entries(SCRIPT_KEYS).map(([key, { expected }]) => [key, plain(expected)]);
    expect(rows.map(([key, held]) => [key, plain(held ?? '')])).toEqual(keys);
  });
});
