import type { WatchedEndpoint } from '../../src/alerts/rules.ts';
import type { ExchangeRecord } from '../../src/domain/ledger.ts';
import type { AlertSettings } from '../../src/domain/settings.ts';
import { ALERT_KINDS } from '../../src/domain/settings.ts';

/** Everything on, for tests; `more` as it differs. */
export function alertSettings(more: Partial<AlertSettings> = {}): AlertSettings {
  return {
    webhook: 'http://127.0.0.1:9/hook',
    format: 'json',
    on: ALERT_KINDS,
    moneyLostOverMicroUsd: 1_000_000,
    slowOverMs: 100_000,
    errorRateOver: 0.2,
    windowMs: 3_600_000,
    ...more,
  };
}

/** A delivered exchange of one second that cost nothing in vain. */
export function endedExchange(more: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return {
    id: 'req-1',
    startedAt: 0,
    endedAt: 1_000,
    path: '/v1/messages',
    protocol: 'anthropic-messages',
    operation: 'generate',
    stream: true,
    model: 'claude-test',
    client: 'local',
    listener: 'main',
    cluster: 'main',
    scenario: 'chat',
    requestBytes: 10,
    delivery: 'delivered',
    failed: false,
    joined: 0,
    usage: {},
    charge: 'charged',
    lostCalls: 0,
    savedCalls: 0,
    ...more,
  };
}

/** An endpoint in service. */
export function endpoint(name: string, more: Partial<WatchedEndpoint> = {}): WatchedEndpoint {
  return { id: `id-${name}`, name, clusters: ['main'], enabled: true, inQueue: false, ...more };
}
