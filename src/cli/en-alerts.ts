/** The texts of `alerts`, in English. */
export const enAlerts = {
  aboutAlerts: 'messages to webhooks about what goes wrong',
  aboutAlertsTest: 'send a test message through every alert of the running gateway',
  alertsNone: 'No alerts are configured. Add some under alerts: in {file}; see docs/alerts.md.',
  alertsSending: 'sending a test message through every alert',
  alertsFailed: '{failed} of {count} alerts failed.',
  colFormat: 'FORMAT',
  colHost: 'HOST',
  alertDelivered: 'delivered',
  alertFailed: 'failed',
} as const;
