import type { Language } from '../errors/catalogue.ts';
import type { AlertMessage, AlertState, AlertTopic } from './message.ts';
import { configSpan, instant, money, percent, span } from './quantities.ts';

/** A message in words: a headline, and the lines below it. */
export interface AlertText {
  readonly title: string;
  readonly lines: readonly string[];
}

type TopicOf<K extends AlertTopic['kind']> = Extract<AlertTopic, { kind: K }>;
type Tell<K extends AlertTopic['kind']> = (topic: TopicOf<K>, state: AlertState) => AlertText;
type Words = { readonly [K in AlertTopic['kind']]: Tell<K> };

const LONGEST_DETAIL = 200;

/** The message for people. Every headline begins with QCC, the keyword that robots may demand. */
export function alertText(message: AlertMessage, language: Language): AlertText {
  const { topic, state, since, at } = message;
  const words = (language === 'zh' ? ZH : EN)[topic.kind] as Tell<AlertTopic['kind']>;
  const { title, lines } = words(topic as never, state);
  return { title: `QCC: ${title}`, lines: [...lines, ...times(state, since, at, language)] };
}

function times(state: AlertState, since: number, at: number, language: Language): string[] {
  const zh = language === 'zh';
  if (state === 'reminder')
    return zh
      ? [`自 ${instant(since)} 起，已持续 ${span(at - since, language)}`]
      : [`Since ${instant(since)}, for ${span(at - since, language)} now.`];
  if (state === 'recovered')
    return zh
      ? [`${instant(since)} 至 ${instant(at)}，共 ${span(at - since, language)}`]
      : [`From ${instant(since)} to ${instant(at)}: ${span(at - since, language)}.`];
  return zh ? [`时间：${instant(at)}`] : [`At ${instant(at)}.`];
}

const why = (detail: string | undefined, before: string): string =>
  detail === undefined ? '' : `${before}${detail.slice(0, LONGEST_DETAIL)}`;

const EN: Words = {
  endpoint_down: ({ endpoint, endpointId, detail, flaps }, state) => ({
    title: `endpoint ${endpoint} is ${state === 'reminder' ? 'still ' : ''}down`,
    lines: [
      `It is in the failure queue${why(detail, ': ')}.`,
      `Requests go to the other endpoints of its clusters; it is verified again by itself. What it says now: qcc endpoint test ${endpointId}`,
      ...(flaps ? [`It goes up and down: nothing more about it until it has stayed down for an hour.`] : []),
    ],
  }),
  endpoint_recovered: ({ endpoint }) => ({
    title: `endpoint ${endpoint} is back`,
    lines: ['It gets requests again.'],
  }),
  cluster_down: ({ cluster, endpoints, flaps }, state) =>
    state === 'recovered'
      ? { title: `cluster ${cluster} is back`, lines: ['An endpoint of it is in service again.'] }
      : {
          title: `cluster ${cluster} is ${state === 'reminder' ? 'still ' : ''}down`,
          lines: [
            endpoints === 1
              ? 'Its only endpoint is in the failure queue.'
              : `All of its ${endpoints} endpoints are in the failure queue.`,
            'Its requests fail, or go to the least bad endpoint. What each says: qcc health status; check now: qcc queue verify',
            ...(flaps
              ? ['It goes up and down: nothing more about it until it has stayed down for an hour.']
              : []),
          ],
        },
  edge_learned: ({ endpoint, endpointId, silenceMs }) => ({
    title: `an edge stands before endpoint ${endpoint}`,
    lines: [
      `It has cut answers after about ${span(silenceMs, 'en')} of silence, twice.`,
      `Requests that would stay silent for longer now avoid it. To keep this: edge: { silence: ${configSpan(silenceMs)} } on the endpoint. If it is wrong: qcc endpoint forget-edge ${endpointId}`,
    ],
  }),
  money_lost_over: ({ lostMicroUsd, lostCalls, overMicroUsd, windowMs }, state) =>
    state === 'recovered'
      ? {
          title: `less than ${money(overMicroUsd)} lost in the last ${span(windowMs, 'en')}`,
          lines: [`${money(lostMicroUsd)} now.`],
        }
      : {
          title: `${money(lostMicroUsd)} lost in the last ${span(windowMs, 'en')}`,
          lines: [
            `${lostCalls} upstream ${lostCalls === 1 ? 'call was' : 'calls were'}, or may have been, paid for answers that nobody got.`,
            'Which ones: qcc ledger lost; what to change: qcc advise',
          ],
        },
  slow_over: ({ exchangeId, durationMs, overMs, endpoint, model, others }) => ({
    title: `a request took ${span(durationMs, 'en')}`,
    lines: [
      `Longer than ${span(overMs, 'en')}${why(model, ', model ')}${why(endpoint, ', endpoint ')}.`,
      ...(others > 0 ? [`${others} more there since the last message.`] : []),
      `Where the time went: qcc explain ${exchangeId}`,
    ],
  }),
  error_rate_over: ({ requests, failed, over, windowMs, cause }, state) => ({
    title:
      state === 'recovered'
        ? `no more than ${percent(over)} of the requests fail now`
        : `${percent(failed / Math.max(1, requests))} of the requests ${state === 'reminder' ? 'still ' : ''}fail`,
    lines: [
      `${failed} of ${requests} in the last ${span(windowMs, 'en')}${state === 'recovered' ? '' : why(cause, ', most often: ')}.`,
      ...(state === 'recovered' ? [] : ['Which ones: qcc logs --failed; why: qcc explain ID']),
    ],
  }),
  test: () => ({
    title: 'a test message',
    lines: ['Alerts of this gateway arrive here.'],
  }),
};

const ZH: Words = {
  endpoint_down: ({ endpoint, endpointId, detail, flaps }, state) => ({
    title: `endpoint ${endpoint} ${state === 'reminder' ? '仍然不可用' : '不可用'}`,
    lines: [
      `已移入失败队列${why(detail, '：')}`,
      `请求会转到所在集群的其他 endpoint，网关会自动验证它。查看它现在的应答：qcc endpoint test ${endpointId}`,
      ...(flaps ? ['它反复上线、下线：在它持续不可用满一小时之前，不再发送相关消息。'] : []),
    ],
  }),
  endpoint_recovered: ({ endpoint }) => ({
    title: `endpoint ${endpoint} 已恢复`,
    lines: ['它重新开始接收请求。'],
  }),
  cluster_down: ({ cluster, endpoints, flaps }, state) =>
    state === 'recovered'
      ? { title: `集群 ${cluster} 已恢复`, lines: ['已有 endpoint 重新投入使用。'] }
      : {
          title: `集群 ${cluster} ${state === 'reminder' ? '仍然不可用' : '不可用'}`,
          lines: [
            endpoints === 1
              ? '唯一的 endpoint 已在失败队列中。'
              : `全部 ${endpoints} 个 endpoint 都在失败队列中。`,
            '发往它的请求会失败，或交给情况最好的一个 endpoint。查看状态：qcc health status；立即验证：qcc queue verify',
            ...(flaps ? ['它反复上线、下线：在它持续不可用满一小时之前，不再发送相关消息。'] : []),
          ],
        },
  edge_learned: ({ endpoint, endpointId, silenceMs }) => ({
    title: `endpoint ${endpoint} 前面有边缘（CDN 或代理）`,
    lines: [
      `它已两次在静默约 ${span(silenceMs, 'zh')} 后切断应答。`,
      `预计静默更久的请求会避开它。固定下来：在该 endpoint 上写 edge: { silence: ${configSpan(silenceMs)} }；如果判断有误：qcc endpoint forget-edge ${endpointId}`,
    ],
  }),
  money_lost_over: ({ lostMicroUsd, lostCalls, overMicroUsd, windowMs }, state) =>
    state === 'recovered'
      ? {
          title: `最近 ${span(windowMs, 'zh')}损失的费用已低于 ${money(overMicroUsd)}`,
          lines: [`现在为 ${money(lostMicroUsd)}`],
        }
      : {
          title: `最近 ${span(windowMs, 'zh')}损失了 ${money(lostMicroUsd)}`,
          lines: [
            `${lostCalls} 次上游调用已经（或可能）计费，但没有客户端拿到应答。`,
            '查看明细：qcc ledger lost；如何改进：qcc advise',
          ],
        },
  slow_over: ({ exchangeId, durationMs, overMs, endpoint, model, others }) => ({
    title: `有请求耗时 ${span(durationMs, 'zh')}`,
    lines: [
      `超过 ${span(overMs, 'zh')}${why(model, '，模型：')}${why(endpoint, '，endpoint：')}`,
      ...(others > 0 ? [`自上条消息以来，同一 endpoint 还有 ${others} 个慢请求。`] : []),
      `时间花在哪里：qcc explain ${exchangeId}`,
    ],
  }),
  error_rate_over: ({ requests, failed, over, windowMs, cause }, state) => ({
    title:
      state === 'recovered'
        ? `失败率已回到 ${percent(over)} 以内`
        : `失败率${state === 'reminder' ? '仍' : ''}为 ${percent(failed / Math.max(1, requests))}`,
    lines: [
      `最近 ${span(windowMs, 'zh')} ${requests} 个请求中失败 ${failed} 个${state === 'recovered' ? '' : why(cause, '，最常见的原因：')}`,
      ...(state === 'recovered' ? [] : ['查看明细：qcc logs --failed；查明原因：qcc explain ID']),
    ],
  }),
  test: () => ({
    title: '测试消息',
    lines: ['此网关的告警会发送到这里。'],
  }),
};
