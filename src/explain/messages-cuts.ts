import type { CaseMessages } from './case-messages.ts';
import type { Message } from './wording.ts';

/** In place of telling QCC of an edge that it has been told of. */
export const TOLD_ALREADY: Message = {
  en: 'QCC knows of this edge, and this answer was silent for longer than expected. Have such requests go to an endpoint without an edge in front.',
  zh: 'QCC 已知道这个边缘，但这次应答的静默比预计更久。请让此类请求走前面没有边缘的 endpoint。',
};

/** A client that comes back finds its answer, if the call was not ended with its leaving. */
export const KEEP_FOR_RETURN: Message = {
  en: 'It comes back for its answer: with the policy "keep" the answer is made to its end, and waits for it.',
  zh: '它会回来取应答：使用 "keep" 策略时应答会生成完毕，等它再次请求时直接返回。',
};

/** Ending such a call saves nothing. */
export const KEEP_THE_PAID: Message = {
  en: 'A call that is ended there is charged all the same: with the policy "keep" its answer is made to its end and can still be fetched.',
  zh: '该处的调用即使中途结束也照样计费：使用 "keep" 策略时应答会生成完毕，之后仍可取回。',
};

export const IT_CAME_BACK: Message = {
  en: 'Nothing: it came back, and the answer was there for it.',
  zh: '无需处理：它回来了，应答已为它保留。',
};

/** It came back, though not with the same bytes. */
export const KEPT_ALREADY: Message = {
  en: 'The call was let run on: a repeat of exactly the same request gets its answer without a second call.',
  zh: '该调用已继续运行：用完全相同的请求再次请求，可直接得到应答，不会产生第二次调用。',
};

export const RAISE_PATIENCE: Message = {
  en: 'Raise the client’s timeout.',
  zh: '调大客户端超时。',
};

/** Cases in which something gave up: a timer of ours, an edge, the client, the queue, the gateway itself. */
export const CUT_CASES = {
  // timer-short
  'short-first': {
    what: {
      en: 'Our timer is too short: {timer} ({limit}, set by {setBy}) ended the call to {endpoint} while the model was probably working.',
      zh: '计时器太短：{timer}（{limit}，来自 {setBy}）结束了对 {endpoint} 的调用，而模型多半仍在工作。',
    },
    fix: {
      en: 'Give it {wanted}.',
      zh: '放宽到 {wanted}。',
    },
  },
  'short-begun': {
    what: {
      en: 'Our timer is too short: {timer} ({limit}, set by {setBy}) ended the call to {endpoint} while its answer was being written.',
      zh: '计时器太短：{timer}（{limit}，来自 {setBy}）在 {endpoint} 正在输出应答时结束了调用。',
    },
    fix: {
      en: 'Give it {wanted}.',
      zh: '放宽到 {wanted}。',
    },
  },
  'short-header': {
    what: {
      en: 'The time that the client gave was too short: {limit} ({setBy}) were over while {endpoint} was still working.',
      zh: '客户端给的时间太短：{limit}（{setBy}）用完时 {endpoint} 仍在工作。',
    },
    fix: {
      en: 'Let the client ask for {wanted}, or send no such header.',
      zh: '让客户端给出 {wanted}，或不发送该请求头。',
    },
  },
  // edge-cut
  'cut-page': {
    what: {
      en: 'An edge cut the call: what stands in front of {endpoint} answered {status} after {silence} of silence. The model was probably still working.',
      zh: '边缘节点掐断了调用：{endpoint} 前的边缘在静默 {silence} 后返回 {status}，模型多半仍在工作。',
    },
    fix: {
      en: 'Tell QCC of the edge, so that answers expected to be silent for longer go to an endpoint that allows it, and have one without an edge in front.',
      zh: '在配置中写明这个边缘，预计静默更久的请求就会转给允许的 endpoint；并配置一个前面没有边缘的直连 endpoint。',
    },
  },
  'cut-plain': {
    what: {
      en: 'An edge cut the call: what stands in front of {endpoint} ended it ({status}) after {silence} of silence. It was not streamed, so that nothing could flow meanwhile.',
      zh: '边缘节点掐断了调用：{endpoint} 前的边缘在静默 {silence} 后将其结束（{status}）。该调用未使用流式，期间没有数据流动。',
    },
    fix: {
      en: 'Let QCC stream the call upstream, whatever the client asked for.',
      zh: '让 QCC 对上游使用流式调用，无论客户端如何请求。',
    },
  },
  'cut-reset': {
    what: {
      en: 'An edge cut the call: the connection to {endpoint} broke after {silence} of silence: something in between cuts what is silent for that long.',
      zh: '边缘节点掐断了调用：到 {endpoint} 的连接在静默 {silence} 后断开，途中有节点会切断静默这么久的连接。',
    },
    fix: {
      en: 'Tell QCC of the edge, so that answers expected to be silent for longer go to an endpoint that allows it, and have one without an edge in front.',
      zh: '在配置中写明这个边缘，预计静默更久的请求就会转给允许的 endpoint；并配置一个前面没有边缘的直连 endpoint。',
    },
  },
  'cut-total': {
    what: {
      en: 'An edge cut the call: {endpoint} ended it after {total} in all, though data was flowing.',
      zh: '边缘节点掐断了调用：{endpoint} 在总时长 {total} 时结束了调用，尽管数据仍在流动。',
    },
    fix: {
      en: 'Tell QCC how long an answer may take there, so that longer ones go elsewhere.',
      zh: '写明该处单次应答的总时长上限，更长的请求就会转到别处。',
    },
  },
  'cut-client': {
    what: {
      en: 'An edge cut the client off: its connection closed after {silence} of silence from us; what stands between the client and {listener} does that.',
      zh: '边缘节点切断了客户端：在我方静默 {silence} 后连接被关闭，是客户端与 {listener} 之间的边缘所为。',
    },
    fix: {
      en: 'Tell QCC of the edge in front of {listener}: signs of life then come before it cuts.',
      zh: '在配置中写明 {listener} 前的边缘，QCC 会在其切断之前发送心跳。',
    },
  },
  // client-gave-up
  'gave-up-patience': {
    what: {
      en: 'The client gave up: its own timeout of {patience} was over after {left}, while the answer was being made.',
      zh: '客户端放弃：其自身 {patience} 的超时在 {left} 时到期，而应答仍在生成。',
    },
    fix: {
      en: 'Raise the client’s timeout. With the policy "keep" the answer is made to its end and waits for the client to ask again.',
      zh: '调大客户端超时。使用 "keep" 策略时应答会生成完毕，等客户端再次请求时直接返回。',
    },
  },
  'gave-up-left': {
    what: {
      en: 'The client closed its connection after {left}, before its answer was whole; it had got nothing for {silence}.',
      zh: '客户端在 {left} 时关闭了连接，应答尚不完整；此前 {silence} 没有收到任何数据。',
    },
    fix: {
      en: 'Nothing, if somebody stopped it: nothing asked for this again. If the client gave up by itself, raise its timeout.',
      zh: '如果是人为停止，无需处理：之后没有再次请求。如果是客户端自行放弃，请调大其超时。',
    },
  },
  'gave-up-cancelled': {
    what: {
      en: 'The exchange was cancelled by hand, or by its client’s leaving.',
      zh: '该请求被人工取消，或因客户端离开而取消。',
    },
    fix: {
      en: 'Nothing, if that was meant.',
      zh: '如果是有意为之，无需处理。',
    },
  },
  'gave-up-away': {
    what: {
      en: 'The client was told to ask again before its patience, or the edge in front of it, would have cut it off; it did not come back for the answer.',
      zh: '在客户端超时或其前面的边缘切断之前，已告知它重新请求，但它没有回来取应答。',
    },
    fix: {
      en: 'Ask again with the same request: while the answer is kept (replay.ttl) it costs nothing. Raise the client’s timeout.',
      zh: '用相同的请求再问一次：在保留期（replay.ttl）内不会产生费用。并调大客户端超时。',
    },
  },
  // queue-full
  'queue-full': {
    what: {
      en: 'The queue was full: every endpoint of {cluster} was at its limit, and as many requests as may wait ({max}) were waiting.',
      zh: '队列已满：{cluster} 的所有 endpoint 均达到限额，排队请求数已达上限（{max}）。',
    },
    fix: {
      en: 'Raise the endpoints’ limits if the upstream allows more, add an endpoint, or let more requests wait.',
      zh: '如果上游允许，提高 endpoint 的限额；增加 endpoint；或允许更多请求排队。',
    },
  },
  'queue-timeout': {
    what: {
      en: 'The queue did not move: every endpoint of {cluster} stayed at its limit for {waited}, as long as the request had.',
      zh: '排队超时：{cluster} 的所有 endpoint 在 {waited} 内一直处于限额，请求的时间用完了。',
    },
    fix: {
      en: 'Raise the endpoints’ limits if the upstream allows more, or add an endpoint.',
      zh: '如果上游允许，提高 endpoint 的限额，或增加 endpoint。',
    },
  },
  'queue-slow': {
    what: {
      en: 'Waiting was most of the time: {waited} of {total} went by before an endpoint of {cluster} had room.',
      zh: '大部分时间在排队：{total} 中有 {waited} 在等待 {cluster} 的 endpoint 空出位置。',
    },
    fix: {
      en: 'Raise the endpoints’ limits if the upstream allows more, or add an endpoint.',
      zh: '如果上游允许，提高 endpoint 的限额，或增加 endpoint。',
    },
  },
  // gateway-ended
  'ended-crash': {
    what: {
      en: 'The gateway ended meanwhile, without its time to finish: what became of the call is not known.',
      zh: '网关在此期间意外结束，未来得及收尾：该调用的结果未知。',
    },
    fix: {
      en: 'Run the gateway as a service that restarts; requests with an idempotency-key find their answer again.',
      zh: '以可自动重启的服务方式运行网关；带 idempotency-key 的请求可以找回应答。',
    },
  },
  'ended-drain': {
    what: {
      en: 'The gateway was being stopped.',
      zh: '网关当时正在停止。',
    },
    fix: {
      en: 'Ask again, and give running requests more time when it stops.',
      zh: '重新请求即可；停止时可给运行中的请求更多时间。',
    },
  },
  'ended-internal': {
    what: {
      en: 'QCC itself failed: this is a defect of the gateway, not of an endpoint or the client.',
      zh: 'QCC 自身出错：这是网关的缺陷，与 endpoint 和客户端无关。',
    },
    fix: {
      en: 'Please report it with the lines of proxy.log that bear this id.',
      zh: '请附上 proxy.log 中带有此编号的行进行反馈。',
    },
  },
} as const satisfies Record<string, CaseMessages>;
