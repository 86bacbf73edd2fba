import type { enAlerts } from './en-alerts.ts';

/** `alerts` 的文本。 */
export const zhAlerts: Readonly<Record<keyof typeof enAlerts, string>> = {
  aboutAlerts: '出问题时发往 webhook 的消息',
  aboutAlertsTest: '通过运行中网关的每个告警发送一条测试消息',
  alertsNone: '没有配置告警。在 {file} 的 alerts: 下添加，参见 docs/alerts.md。',
  alertsSending: '正在通过每个告警发送测试消息',
  alertsFailed: '{count} 个告警中有 {failed} 个失败。',
  colFormat: '格式',
  colHost: '主机',
  alertDelivered: '已送达',
  alertFailed: '失败',
};
