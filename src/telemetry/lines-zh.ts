import type { Usage } from '../domain/usage.ts';
import { inParens, ms, seconds } from './line-parts.ts';
import type { LineCatalogue, LogEventOf } from './log-event.ts';

const took = (value: number) => `耗时: ${ms(value)}`;

/** The Chinese log. The beginnings of these lines are what people grep for: they stay. */
export const LINES_ZH: LineCatalogue = {
  request: (e) => `[${e.id}] ${e.method} ${e.path}${inParens(e.model, e.client)}`,
  picked: (e) => `[${e.id}] 选中 endpoint: ${e.endpointId} (${e.baseUrl})${e.why === '' ? '' : `, ${e.why}`}`,
  retry: (e) =>
    `[${e.id}] 重试 ${e.n}/${e.max}, 选中 endpoint: ${e.endpointId} (${e.baseUrl})${e.waitedMs > 0 ? `, 等待: ${ms(e.waitedMs)}` : ''}`,
  'attempt-failed': (e) => `[${e.id}] ${failure(e)}`,
  answered: (e) =>
    `[${e.id}] 响应成功: ${e.status}, endpoint: ${e.endpointId}, 尝试: ${e.attempts} 次${e.firstByteMs === undefined ? '' : `, 首字节: ${ms(e.firstByteMs)}`}${e.firstEventMs === undefined ? '' : `, 首个事件: ${ms(e.firstEventMs)}`}${tokens(e.usage)}, ${e.bytes} 字节, ${took(e.durationMs)}`,
  'gave-up': (e) =>
    `[${e.id}] ${e.attempts > 1 ? `重试 ${e.attempts - 1} 次后仍失败` : '请求失败'}，状态码: ${e.status} (${e.code}: ${e.detail})，${took(e.durationMs)}`,
  rejected: (e) => `[${e.id}] 上游拒绝: ${e.status}, endpoint: ${e.endpointId}, ${took(e.durationMs)}`,
  'client-left': (e) => `[${e.id}] 客户端已断开，已发送 ${e.sentBytes} 字节，${took(e.durationMs)}`,
  joined: (e) =>
    `[${e.id}] 接入 ${e.exchangeId} 的应答（${e.how === 'live' ? '正在生成' : '已完成，重放'}），未产生新的调用`,
  detached: (e) =>
    `[${e.id}] 已无客户端跟随 (${e.why})，${{ 'run-on': '继续运行', grace: '宽限期后取消', cancel: '取消上游调用' }[e.fate]}`,
  undelivered: (e) => `[${e.id}] 应答未能送达 (${e.why})，${e.bytes} 字节已丢弃`,
  'not-kept': (e) => `[${e.id}] 不再为返回的客户端保留此应答 (${e.why})，${e.bytes} 字节`,
  broken: (e) => `[${e.id}] 响应中断: ${e.detail}, endpoint: ${e.endpointId}, ${took(e.durationMs)}`,
  'verify-start': (e) => `🔍 开始验证失败的 endpoint (${e.count} 个)`,
  verified: (e) => `✅ Endpoint ${e.endpointId} 验证成功，${took(e.tookMs)}`,
  'verify-failed': (e) =>
    `❌ Endpoint ${e.endpointId} 验证失败: ${e.detail}，${seconds(e.nextCheckMs)} 后再次验证`,
  'rate-limited': (e) => `⚠️ Endpoint ${e.endpointId} 被限流，暂停 ${seconds(e.forMs)}`,
  'circuit-open': (e) => `⛔ Endpoint ${e.endpointId} 连续失败 ${e.failures} 次，已移入失败队列: ${e.detail}`,
  recovered: (e) => `✅ Endpoint ${e.endpointId} 已恢复`,
  listening: (e) => `QCC 正在监听 ${e.address}`,
  reloaded: (e) => `配置已重新加载: ${e.clusters} 个集群, ${e.endpoints} 个 endpoint`,
  'reload-failed': (e) => `配置重新加载失败，继续使用原有配置: ${e.detail}`,
  'ledger-pruned': (e) => `已从账本中删除 ${e.exchanges} 条旧请求记录`,
  draining: (e) => `正在停止: 等待 ${e.running} 个请求结束`,
  stopped: () => 'QCC 已停止',
  note: (e) => e.detail,
  trouble: (e) => e.detail,
  internal: (e) => `${e.id === undefined ? '' : `[${e.id}] `}内部错误: ${e.detail}`,
};

function failure(e: LogEventOf<'attempt-failed'>): string {
  const where = `endpoint: ${e.endpointId}, 阶段: ${e.phase}, 静默: ${ms(e.silenceMs)}, 计费风险: ${e.chargeRisk}, ${took(e.afterMs)}`;
  if (e.timer !== undefined) {
    return `请求超时 (计时器 ${e.timer.name} ${ms(e.timer.ms)}, 来自 ${e.timer.setBy}), ${where}`;
  }
  if (e.status === undefined || e.status < 400) return `转发请求失败: ${e.detail}, ${where}`;
  return `响应失败: ${e.status}${e.detail === `HTTP ${e.status}` ? '' : ` (${e.detail})`}, ${where}`;
}

function tokens(usage: Usage | undefined): string {
  if (usage?.inputTokens === undefined && usage?.outputTokens === undefined) return '';
  return `, tokens: 输入 ${usage.inputTokens ?? '?'} / 输出 ${usage.outputTokens ?? '?'}`;
}
