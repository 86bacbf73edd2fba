import type { EndpointView } from '../domain/health.ts';
import type { RecordObserver } from '../domain/ledger.ts';
import type { AlertSettings } from '../domain/settings.ts';
import type { AlertTestView } from '../domain/view.ts';
import { within } from '../platform/within.ts';
import { createPoster } from '../telemetry/telemetry.ts';
import { createDelivery, type Delivery, type DeliveryPorts } from './delivery.ts';
import type { AlertMessage } from './message.ts';
import { type AlertRules, createAlertRules } from './rules.ts';

export interface AlertPorts extends Omit<DeliveryPorts, 'poster'> {
  endpoints(): readonly EndpointView[];
}

/** Watches what goes on record, and tells webhooks what its settings ask for. */
export interface Alerts extends RecordObserver {
  /** Takes over changed settings. Alerts that stay as they were keep what they know. */
  apply(settings: readonly AlertSettings[]): void;
  /** Sends a test message through every alert, at once. */
  test(): Promise<readonly AlertTestView[]>;
  /** Delivers what waits, for at most 2 s. */
  close(): Promise<void>;
}

/** Time passes without events, too: rates fall, reminders become due. */
const LOOK_EVERY_MS = 30_000;
const LAST_WORDS_MS = 2_000;

interface Alert {
  /** The settings, as text: what tells a changed alert from one that stayed. */
  readonly key: string;
  readonly settings: AlertSettings;
  readonly rules: AlertRules;
  readonly delivery: Delivery;
}

export function createAlerts(settings: readonly AlertSettings[], ports: AlertPorts): Alerts {
  const { clock } = ports;
  const poster = createPoster();
  let alerts: readonly Alert[] = [];

  const nameOf = (id: string): string => ports.endpoints().find((endpoint) => endpoint.id === id)?.name ?? id;

  function alertFor(one: AlertSettings): Alert {
    const key = JSON.stringify(one);
    const known = alerts.find((alert) => alert.key === key);
    if (known) return known;
    const rules = createAlertRules(one);
    rules.look(ports.endpoints(), clock.wall());
    return { key, settings: one, rules, delivery: createDelivery(one, { ...ports, poster }) };
  }

  function apply(next: readonly AlertSettings[]): void {
    alerts = next.map(alertFor);
  }

  function send({ delivery }: Alert, messages: readonly AlertMessage[]): void {
    for (const message of messages) delivery.send(message);
  }

  function look(): void {
    if (alerts.length === 0) return;
    const endpoints = ports.endpoints();
    const now = clock.wall();
    for (const alert of alerts) send(alert, alert.rules.look(endpoints, now));
  }

  const timer = clock.timer(LOOK_EVERY_MS, () => {
    look();
    timer.refresh();
  });
  apply(settings);

  return {
    apply,
    health(events) {
      if (alerts.length === 0 || events.length === 0) return;
      const endpoints = ports.endpoints();
      const now = clock.wall();
      for (const alert of alerts) {
        send(alert, alert.rules.learned(events, endpoints, now));
        send(alert, alert.rules.look(endpoints, now));
      }
    },
    exchangeEnded(record, attempts, _about, earlier) {
      if (alerts.length === 0) return;
      const ending = { record, attempts, earlier, nameOf };
      const now = clock.wall();
      for (const alert of alerts) send(alert, alert.rules.ended(ending, now));
    },
    test: () =>
      Promise.all(
        alerts.map(async ({ settings: { format, webhook, on }, delivery }) => ({
          format,
          host: new URL(webhook).host,
          on,
          ...(await delivery.test()),
        })),
      ),
    async close() {
      timer.cancel();
      const drained = Promise.all(alerts.map(({ delivery }) => delivery.drain(true)));
      await within(LAST_WORDS_MS, clock, drained);
      await poster.close();
    },
  };
}
