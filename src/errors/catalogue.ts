/** What the gateway itself can say is wrong, in both languages. `{word}` is filled in when it is said. */
interface CatalogueEntry {
  /** HTTP status. */
  readonly status: number;
  /** Whether asking again at once can help; false sends `x-should-retry: false`. */
  readonly retryHelps: boolean;
  /** What happened and what to do. */
  readonly en: string;
  readonly zh: string;
}

/**
 * The error catalogue: stable codes, documented in docs/errors.md (a test holds both together).
 * A code is never renamed or given another meaning.
 */
export const CATALOGUE = {
  bad_json: {
    status: 400,
    retryHelps: false,
    en: 'The request body is not valid JSON: {detail}. Nothing was sent upstream.',
    zh: '请求体不是合法的 JSON：{detail}。请求未发往上游。',
  },
  bad_header: {
    status: 400,
    retryHelps: false,
    en: 'Header {header}: "{value}" is not valid; expected {expected}.',
    zh: '请求头 {header} 的值 "{value}" 无效，应为 {expected}。',
  },
  bad_request: {
    status: 400,
    retryHelps: false,
    en: 'The HTTP request could not be read: {detail}.',
    zh: '无法解析 HTTP 请求：{detail}。',
  },
  unknown_path: {
    status: 404,
    retryHelps: false,
    en: 'No such path: {method} {path}. QCC serves /v1/messages, /v1/chat/completions, /v1/responses and other paths under /v1/.',
    zh: '没有这个路径：{method} {path}。QCC 提供 /v1/messages、/v1/chat/completions、/v1/responses 以及 /v1/ 下的其它路径。',
  },
  body_too_large: {
    status: 413,
    retryHelps: false,
    en: 'The request body is over the limit of {limitBytes} bytes (max_body).',
    zh: '请求体超过上限 {limitBytes} 字节（max_body）。',
  },
  request_timeout: {
    status: 408,
    retryHelps: true,
    en: 'The request did not arrive whole: nothing came for {ms} ms (request_timeout). Nothing was sent upstream.',
    zh: '请求未完整到达：{ms} 毫秒内没有新数据（request_timeout）。请求未发往上游。',
  },
  bad_client_key: {
    status: 401,
    retryHelps: false,
    en: 'This gateway does not know the key that was sent. Use one of the keys under auth.keys in its config.yaml.',
    zh: '网关不认识这个密钥，请使用 config.yaml 中 auth.keys 里的密钥。',
  },
  admin_forbidden: {
    status: 403,
    retryHelps: false,
    en: 'The admin API is not open to this request: {detail}.',
    zh: '此请求无权访问管理接口：{detail}。',
  },
  no_endpoint: {
    status: 503,
    retryHelps: false,
    en: 'Cluster "{cluster}" has no enabled endpoint that speaks {protocol}. Add or enable one: qcc endpoint add | enable.',
    zh: '集群 "{cluster}" 中没有启用且支持 {protocol} 的 endpoint。请添加或启用：qcc endpoint add | enable。',
  },
  queue_full: {
    status: 429,
    retryHelps: true,
    en: 'Every endpoint of cluster "{cluster}" is at its limit and {waiting} requests are waiting already.',
    zh: '集群 "{cluster}" 的所有 endpoint 都已达到限额，已有 {waiting} 个请求在排队。',
  },
  queue_timeout: {
    status: 429,
    retryHelps: true,
    en: 'Every endpoint of cluster "{cluster}" stayed at its limit for {ms} ms.',
    zh: '集群 "{cluster}" 的所有 endpoint 在 {ms} 毫秒内一直处于限额。',
  },
  connect_timeout: {
    status: 504,
    retryHelps: true,
    en: 'Endpoint {endpoint} did not accept a connection within {ms} ms (timer connect, set by {setBy}). Attempts: {attempts}.',
    zh: 'endpoint {endpoint} 在 {ms} 毫秒内未建立连接（计时器 connect，来自 {setBy}）。尝试次数：{attempts}。',
  },
  first_byte_timeout: {
    status: 504,
    retryHelps: true,
    en: 'Endpoint {endpoint} sent nothing for {ms} ms (timer first_byte, set by {setBy}). The model may have been working: this call may be charged. Attempts: {attempts}.',
    zh: 'endpoint {endpoint} 在 {ms} 毫秒内没有返回任何数据（计时器 first_byte，来自 {setBy}）。模型可能仍在工作，本次调用可能被计费。尝试次数：{attempts}。',
  },
  idle_timeout: {
    status: 504,
    retryHelps: true,
    en: 'Endpoint {endpoint} fell silent for {ms} ms in the middle of its answer (timer idle, set by {setBy}). Attempts: {attempts}.',
    zh: 'endpoint {endpoint} 在应答中途静默了 {ms} 毫秒（计时器 idle，来自 {setBy}）。尝试次数：{attempts}。',
  },
  total_timeout: {
    status: 504,
    retryHelps: true,
    en: 'The request ran out of its {ms} ms (timer total, set by {setBy}). Attempts: {attempts}.',
    zh: '请求用完了 {ms} 毫秒的总时限（计时器 total，来自 {setBy}）。尝试次数：{attempts}。',
  },
  all_attempts_failed: {
    status: 502,
    retryHelps: true,
    en: 'No endpoint of cluster "{cluster}" answered. Attempts: {attempts}. Last: {detail}.',
    zh: '集群 "{cluster}" 中没有 endpoint 给出应答。尝试次数：{attempts}。最后一次：{detail}。',
  },
  rate_limited: {
    status: 429,
    retryHelps: true,
    en: 'Every endpoint of cluster "{cluster}" that was tried is rate limited. Attempts: {attempts}. Last: {detail}.',
    zh: '集群 "{cluster}" 中尝试过的 endpoint 均被限流。尝试次数：{attempts}。最后一次：{detail}。',
  },
  bad_upstream_key: {
    status: 502,
    retryHelps: false,
    en: 'The credential of every endpoint tried in cluster "{cluster}" was refused upstream. Check api_key. Last: {detail}.',
    zh: '集群 "{cluster}" 中尝试过的 endpoint 的密钥均被上游拒绝，请检查 api_key。最后一次：{detail}。',
  },
  not_served: {
    status: 400,
    retryHelps: false,
    en: 'No endpoint of cluster "{cluster}" that was asked serves this request: its model, a feature or its content is refused. Attempts: {attempts}. The upstream said: {detail}.',
    zh: '集群 "{cluster}" 中问过的 endpoint 都不提供此请求：模型、功能或内容被拒绝。尝试次数：{attempts}。上游说明：{detail}。',
  },
  answer_broken: {
    status: 502,
    retryHelps: true,
    en: 'The answer broke off after part of it had been sent ({detail}). It is incomplete: do not use it as it is.',
    zh: '应答在发送了一部分之后中断（{detail}），内容不完整，请勿直接使用。',
  },
  upstream_rejected: {
    status: 502,
    retryHelps: false,
    en: 'The upstream refused the request after the connection had been kept alive for a while: {detail}.',
    zh: '连接保活一段时间后，上游拒绝了请求：{detail}。',
  },
  come_back: {
    status: 529,
    retryHelps: true,
    en: 'The edge in front of this gateway would cut the stream now. The answer is still being made: ask again and you will be joined to it.',
    zh: '网关前的边缘节点即将切断此连接。应答仍在生成，请重新请求，将接续同一个应答。',
  },
  still_working: {
    status: 504,
    retryHelps: true,
    en: 'The answer is still being made after {ms} ms, as long as you wait ({setBy}). It goes on: ask again and you will be joined to it, without a second call.',
    zh: '应答在 {ms} 毫秒内尚未完成，这是你愿意等待的时长（{setBy}）。生成仍在继续：请重新请求，将接续同一个应答，不会产生第二次调用。',
  },
  key_reused: {
    status: 422,
    retryHelps: false,
    en: 'Idempotency-Key "{key}" was used for another request. Use a fresh key for a different body.',
    zh: 'Idempotency-Key "{key}" 已用于另一个请求，内容不同请换用新的 key。',
  },
  no_such_answer: {
    status: 404,
    retryHelps: false,
    en: 'There is no answer {id} for you: it was never asked for with this credential, or it is no longer kept (replay.ttl, replay.key_ttl).',
    zh: '没有属于你的应答 {id}：未曾以此密钥请求过，或已超过保留期（replay.ttl、replay.key_ttl）。',
  },
  answer_gone: {
    status: 410,
    retryHelps: false,
    en: 'The beginning of this answer is no longer kept (replay.max_bytes, replay.total_bytes), so it cannot be given whole.',
    zh: '此应答的开头部分已不再保留（replay.max_bytes、replay.total_bytes），无法完整返回。',
  },
  cancelled: {
    status: 499,
    retryHelps: true,
    en: 'The exchange was cancelled, by its client or by hand.',
    zh: '该请求已被客户端或人工取消。',
  },
  draining: {
    status: 503,
    retryHelps: true,
    en: 'The gateway is shutting down and takes no new requests.',
    zh: '网关正在关闭，不再接受新请求。',
  },
  internal: {
    status: 500,
    retryHelps: true,
    en: 'QCC itself failed ({detail}). Please report it with this request id.',
    zh: 'QCC 内部错误（{detail}），请附上请求编号反馈。',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof CATALOGUE;

export type Language = 'en' | 'zh';
