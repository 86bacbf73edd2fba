import { describe, expect, it, vi } from 'vitest';
import type { RecordObserver } from '../domain/ledger.ts';
import { createWatchers, traceparentIn } from './observers.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('traceparentIn', () => {
  it.each([
    ['the first version', `00-${TRACE}-${PARENT}-01`, true],
    ['a later version with more fields', `01-${TRACE}-${PARENT}-01-what-comes`, true],
    ['the first version with more fields', `00-${TRACE}-${PARENT}-01-x`, false],
    ['version ff', `ff-${TRACE}-${PARENT}-01`, false],
    ['no trace', `00-${'0'.repeat(32)}-${PARENT}-01`, false],
    ['no parent', `00-${TRACE}-${'0'.repeat(16)}-01`, false],
    ['capital letters', `00-${TRACE.toUpperCase()}-${PARENT}-01`, false],
    ['two of them', `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`, false],
    ['a line break', `00-${TRACE}-${PARENT}-01\n`, false],
    ['too short', `00-${TRACE}-${PARENT}`, false],
    ['nothing', '', false],
    ['no header', undefined, false],
  ])('%s', (_name, header, valid) => {
    expect(traceparentIn(header)).toBe(valid ? header : undefined);
  });
});

describe('watchers', () => {
  it('that fail are passed over, and blamed once each', async () => {
    const blamed: string[] = [];
    const heard = vi.fn();
    const throwing: RecordObserver = {
      heartbeat() {
        throw new Error('out of order');
      },
    };
    const rejecting = { heartbeat: async () => Promise.reject(new Error('later')) } as RecordObserver;
    const watchers = createWatchers([throwing, rejecting, { heartbeat: heard }], (detail) => {
      blamed.push(detail);
    });
    for (let i = 0; i < 3; i += 1) watchers.tell((observer) => observer.heartbeat?.('openai-chat'));
    await vi.waitFor(() => expect(blamed).toHaveLength(2));
    expect(heard).toHaveBeenCalledTimes(3);
    expect(blamed[0]).toContain('out of order');
    expect(blamed[1]).toContain('later');
  });

  it('are none where none are given', () => {
    expect(createWatchers([], () => undefined).any).toBe(false);
  });
});
