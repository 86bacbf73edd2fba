import type { AttemptRecord } from '../domain/ledger.ts';
import { type Message, oneLine, type Word } from './wording.ts';

/** The ledger's own terms (phases, timers, reasons) as people read them, in either language. */
const PHASES: Readonly<Record<NonNullable<AttemptRecord['phase']>, Message>> = {
  dns: { en: 'in the name lookup', zh: 'DNS 解析时' },
  connect: { en: 'in the TCP connect', zh: '建立 TCP 连接时' },
  tls: { en: 'in the TLS handshake', zh: 'TLS 握手时' },
  send: { en: 'while the request was being sent', zh: '发送请求时' },
  wait: { en: 'while waiting for the first byte', zh: '等待首字节时' },
  stream: { en: 'while the answer was coming', zh: '接收应答时' },
};

const NO_PHASE: Message = { en: 'in a phase not on record', zh: '阶段未记录' };

/** When within an attempt: `while waiting for the first byte`. */
export const phaseWord = (phase: AttemptRecord['phase']): Word => ({
  message: phase === undefined ? NO_PHASE : PHASES[phase],
});

const SETTERS: Readonly<Record<string, Message>> = {
  scenario: { en: 'scenario {name}', zh: '场景 {name}' },
  route: { en: 'route {name}', zh: '路由 {name}' },
  endpoint: { en: 'endpoint {name}', zh: 'endpoint {name}' },
  header: { en: 'header {name}', zh: '请求头 {name}' },
};

/** Who set a timer: `scenario chat`, `route hasty`, `header x-qcc-timeout`, `timeouts`. */
export function setterWord(setBy: string): Word {
  const [, kind = '', name = ''] = /^(\w+) (.+)$/s.exec(setBy) ?? [];
  const message = Object.hasOwn(SETTERS, kind) ? SETTERS[kind] : undefined;
  return message ? { message, words: { name: oneLine(name, 100) } } : oneLine(setBy, 100);
}

/** Details that the gateway itself writes, by their form; `{rest}` is what the form leaves open. */
const DETAILS: readonly (readonly [RegExp, Message])[] = [
  [/^the connection was closed$/, { en: 'the connection was closed', zh: '连接被关闭' }],
  [/^the connection broke \((.+)\)$/, { en: 'the connection broke ({rest})', zh: '连接中断（{rest}）' }],
  [
    /^the connection broke as a stale one does; sent anew$/,
    { en: 'the connection broke as a stale one does; sent anew', zh: '空闲连接已失效，已重新发送' },
  ],
  [
    /^the stream ended without its end mark$/,
    { en: 'the stream ended without its end mark', zh: '数据流没有结束标记就结束了' },
  ],
  [
    /^the compressed answer is not whole$/,
    { en: 'the compressed answer is not whole', zh: '压缩的应答不完整' },
  ],
  [/^(HTTP \d+) without content$/, { en: '{rest} without content', zh: '{rest}，内容为空' }],
  [
    /^JSON, but neither an? (\w+) nor an error$/,
    { en: 'JSON, but neither a {rest} nor an error', zh: '是 JSON，但既不是 {rest} 也不是错误' },
  ],
  [/^not HTTP: (.+)$/, { en: 'not HTTP: {rest}', zh: '不是 HTTP：{rest}' }],
  [/^not a JSON object: (.+)$/, { en: 'not a JSON object: {rest}', zh: '不是 JSON 对象：{rest}' }],
  [/^no connection: (.+)$/, { en: 'no connection: {rest}', zh: '未能连接：{rest}' }],
  [/^an HTML page$/, { en: 'an HTML page', zh: 'HTML 页面' }],
  [/^the gateway ended$/, { en: 'the gateway ended', zh: '网关结束' }],
];

const TIMER: Message = {
  en: 'our {timer} timer of {limit}, set by {setBy}',
  zh: '我方计时器 {timer}（{limit}，来自 {setBy}）',
};

/** How an attempt ended, as its row says it, at most 160 characters of what came from outside. */
export function detailWord({ timer, detail, status, result }: AttemptRecord): Word {
  const text = detail ?? (status === undefined ? result : `HTTP ${status}`);
  const [, name, ms, setBy = ''] = /^timer (\w+): (\d+)(?:\.\d+)? ms, set by (.{1,200})$/s.exec(text) ?? [];
  const fired = timer ?? (name === undefined ? undefined : { name, ms: Number(ms), setBy });
  if (fired && result === 'timeout') {
    const words = { timer: fired.name, limit: { ms: fired.ms }, setBy: setterWord(fired.setBy) };
    return { message: TIMER, words };
  }
  for (const [form, message] of DETAILS) {
    const found = form.exec(text);
    if (found) return { message, words: { rest: oneLine(found[1] ?? '', 160) } };
  }
  return oneLine(text, 160);
}

const CONNECTING = {
  dnsMs: { en: 'name lookup {ms}', zh: 'DNS {ms}' },
  tcpMs: { en: 'TCP {ms}', zh: 'TCP {ms}' },
  tlsMs: { en: 'TLS {ms}', zh: 'TLS {ms}' },
} as const satisfies Record<string, Message>;

const LISTED: Message = { en: '{before}, {next}', zh: '{before}，{next}' };

/** What opening a connection took, part by part: `TCP 30 ms, TLS 45 ms`. An address needs no lookup. */
export function connectWord(attempt: AttemptRecord): Word {
  const parts = (['dnsMs', 'tcpMs', 'tlsMs'] as const).flatMap((name): Word[] => {
    const ms = attempt[name];
    return ms === undefined ? [] : [{ message: CONNECTING[name], words: { ms: { ms } } }];
  });
  const [first = '-', ...rest] = parts;
  return rest.reduce<Word>((before, next) => ({ message: LISTED, words: { before, next } }), first);
}

const REASONS: Readonly<Record<string, Message>> = {
  priority: { en: 'priority', zh: '按优先级' },
  weighted: { en: 'weighted', zh: '按权重' },
  round_robin: { en: 'round_robin', zh: '轮询' },
  random: { en: 'random', zh: '随机' },
  least_connections: { en: 'least_connections', zh: '并发最少' },
  fastest: { en: 'fastest', zh: '最快' },
  session: { en: 'session', zh: '会话保持' },
  unmeasured: { en: 'unmeasured', zh: '尚无测量' },
  'longest-edge': { en: 'longest-edge', zh: '边缘限制最宽' },
  'only-one-left': { en: 'the only one left', zh: '仅剩这一个' },
  'tried-again': { en: 'tried again', zh: '再试一次' },
  'least-bad': { en: 'the least bad, all are out of service', zh: '全部停用，选择最不差的' },
};

const ROUTED: Message = { en: 'route {route}; {reason}', zh: '路由 {route}；{reason}' };

/** Why an attempt went where it went: `priority`, `route long; only one left`. */
export function reasonWord(why: string): Word {
  const [, route, rest] = /^route (.+); ([^;]+)$/s.exec(why) ?? [];
  const reason = rest ?? why;
  const message = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
  const word: Word = message ? { message } : oneLine(reason || '-', 200);
  return route === undefined ? word : { message: ROUTED, words: { route: oneLine(route, 60), reason: word } };
}
