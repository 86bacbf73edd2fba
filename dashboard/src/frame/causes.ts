import { knows, textsOf } from './language.ts';

const words = textsOf({
  en: {
    'connect-failed': 'no connection came about',
    timeout: 'a timer of the gateway ran out',
    reset: 'the connection broke',
    'rate-limited': 'too many requests (429)',
    overloaded: 'the vendor is overloaded (529)',
    'edge-timeout': 'an edge cut it (524, 504)',
    'upstream-error': 'an error of the upstream (5xx)',
    'bad-key': 'the credential was refused',
    'stream-error': 'an error inside the stream',
    empty: 'an answer without content',
    'not-api': 'a page instead of an answer',
    truncated: 'the answer broke off',
    cancelled: 'cancelled',
    'client-left': 'the client left',
    queue_full: 'too many were waiting',
    queue_timeout: 'no slot came free in time',
    no_endpoint: 'no endpoint for it',
    total_timeout: 'out of time altogether',
    still_working: 'the client’s patience ran out; it went on',
    come_back: 'the edge before the gateway would have cut it',
    bad_client_key: 'an unknown client key',
    answer_broken: 'the answer broke off',
    all_attempts_failed: 'every attempt failed',
  },
  zh: {
    'connect-failed': '连接未建立',
    timeout: '网关的计时器到时',
    reset: '连接被重置',
    'rate-limited': '被限流（429）',
    overloaded: '厂商过载（529）',
    'edge-timeout': '被边缘切断（524、504）',
    'upstream-error': '上游错误（5xx）',
    'bad-key': '密钥被拒绝',
    'stream-error': '流内返回错误',
    empty: '应答没有内容',
    'not-api': '返回的是网页而非应答',
    truncated: '应答中途断开',
    cancelled: '已取消',
    'client-left': '客户端已离开',
    queue_full: '排队已满',
    queue_timeout: '排队超时',
    no_endpoint: '没有可用的 endpoint',
    total_timeout: '总时限已到',
    still_working: '客户端等待时间已到，生成仍在继续',
    come_back: '网关前的边缘即将切断',
    bad_client_key: '未知的客户端密钥',
    answer_broken: '应答中途断开',
    all_attempts_failed: '所有尝试均失败',
  },
});

/** What a cause of the ledger means; undefined where its own word has to do (a code of the gateway's errors, say). */
export function causeWords(cause: string): string | undefined {
  return knows(words, cause) ? words(cause) : undefined;
}
