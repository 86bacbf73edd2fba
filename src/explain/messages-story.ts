import type { Message } from './wording.ts';

/** The story of an exchange: headline, timeline, waterfall, money, and what the gateway did. */
export const STORY = {
  headFine: {
    en: 'Nothing is wrong: answered in {total} by {endpoint}.',
    zh: '一切正常：{endpoint} 在 {total} 内应答。',
  },
  headSlow: { en: 'Slow but whole: it took {total}, {where}.', zh: '慢，但完整：共 {total}，{where}。' },
  headSlowFinding: { en: 'Slow ({total}): {what}', zh: '慢（{total}）：{what}' },
  headRecovered: {
    en: 'Answered after {total}, in spite of this: {what}',
    zh: '虽有波折，仍在 {total} 后应答：{what}',
  },
  headFailed: { en: 'Failed after {total}: {what}', zh: '{total} 后失败：{what}' },
  headLeft: {
    en: 'Over after {total}, without its client: {what}',
    zh: '{total} 后结束，客户端已不在：{what}',
  },
  headFailedBare: { en: 'Failed after {total} ({cause}).', zh: '{total} 后失败（{cause}）。' },
  headAlso: { en: 'The same at {endpoints}.', zh: '{endpoints} 同样如此。' },
  headOwn: {
    en: '{purpose}, which QCC makes by itself, for no client. {rest}',
    zh: '{purpose}，由 QCC 自行发起，与任何客户端无关。{rest}',
  },
  ownVerification: { en: 'A verification of an endpoint', zh: '对 endpoint 的验证' },
  ownDoctor: { en: 'A call of the doctor’s', zh: 'doctor 的一次调用' },
  headOwnRejected: {
    en: '{endpoint} turned it down with {status} after {total}.',
    zh: '{endpoint} 在 {total} 后以 {status} 拒绝。',
  },
  headRunning: {
    en: 'Running for {total} at {endpoint}: {state}, silent for {silence}.',
    zh: '已运行 {total}，位于 {endpoint}：{state}，已静默 {silence}。',
  },
  whereWriting: {
    en: 'of which {endpoint} was writing the answer for {part}',
    zh: '其中 {part} 是 {endpoint} 在输出应答',
  },
  whereThinking: {
    en: 'of which {part} went by until {endpoint} sent the first event: the model was thinking, or waiting for its turn',
    zh: '其中 {part} 是等待 {endpoint} 的首个事件：模型在思考或排队',
  },
  whereWaiting: { en: 'of which {part} was spent waiting for a slot', zh: '其中 {part} 在等待空位' },
  whereBackoff: {
    en: 'of which {part} were pauses between attempts',
    zh: '其中 {part} 是两次尝试之间的停顿',
  },
  whereBefore: {
    en: 'of which {part} went to attempts before the good one',
    zh: '其中 {part} 花在成功之前的尝试上',
  },
  whereReading: { en: 'of which {part} went by while the client read', zh: '其中 {part} 是客户端在读取' },
  stateWaiting: { en: 'waiting for a slot', zh: '等待空位' },
  stateAttempting: { en: 'waiting for the answer to begin', zh: '等待应答开始' },
  stateStreaming: { en: 'the answer flows', zh: '应答传输中' },
  stateDone: { en: 'being recorded', zh: '正在入账' },

  asked: {
    en: '{client} asks for {path}, model {model}, {size} bytes, {form}.',
    zh: '{client} 请求 {path}，模型 {model}，{size} 字节，{form}。',
  },
  formStream: { en: 'streamed', zh: '流式' },
  formWhole: { en: 'not streamed', zh: '非流式' },
  planned: {
    en: 'Cluster {cluster}, scenario {scenario}.',
    zh: '集群 {cluster}，场景 {scenario}。',
  },
  plannedRoute: {
    en: 'Route {route}: cluster {cluster}, scenario {scenario}.',
    zh: '路由 {route}：集群 {cluster}，场景 {scenario}。',
  },
  queued: { en: 'Waited {waited} for a slot.', zh: '等待空位 {waited}。' },
  backedOff: { en: 'Paused {waited} before trying again.', zh: '再次尝试前停顿 {waited}。' },
  attempt: { en: 'Attempt {n} goes to {endpoint} ({why}).', zh: '第 {n} 次尝试发往 {endpoint}（{why}）。' },
  connected: {
    en: 'Connection open ({parts}).',
    zh: '连接建立（{parts}）。',
  },
  sent: { en: 'The request is with {endpoint}.', zh: '请求已送达 {endpoint}。' },
  firstByte: { en: 'First byte from {endpoint}.', zh: '{endpoint} 的首个字节到达。' },
  firstEvent: { en: 'First event of the answer.', zh: '应答的首个事件到达。' },
  silent: { en: 'Longest silence in this attempt: {silence}.', zh: '本次尝试最长静默：{silence}。' },
  answered: {
    en: '{endpoint} gave the whole answer ({tokens}).',
    zh: '{endpoint} 给出完整应答（{tokens}）。',
  },
  tokens: { en: '{input} tokens in, {output} out', zh: '输入 {input} tokens，输出 {output} tokens' },
  rejected: {
    en: '{endpoint} turned the request down with {status}.',
    zh: '{endpoint} 以 {status} 拒绝了请求。',
  },
  failedPage: {
    en: 'The edge in front of {endpoint} answered {status} after {silence} of silence.',
    zh: '{endpoint} 前的边缘在静默 {silence} 后返回 {status}。',
  },
  failedTimer: {
    en: 'Our timer {timer} ({limit}, set by {setBy}) ended attempt {n} after {silence} of silence.',
    zh: '我方计时器 {timer}（{limit}，来自 {setBy}）结束了第 {n} 次尝试，此前静默 {silence}。',
  },
  failedStatus: { en: '{endpoint} answered {status}: {cause}.', zh: '{endpoint} 返回 {status}：{cause}。' },
  failed: {
    en: 'Attempt {n} failed {phase}: {detail}.',
    zh: '第 {n} 次尝试失败（{phase}）：{detail}。',
  },
  cancelled: { en: 'Attempt {n} was cancelled.', zh: '第 {n} 次尝试被取消。' },
  left: {
    en: 'The client’s connection closed; it had got nothing for {silence}.',
    zh: '客户端连接关闭，此前 {silence} 没有收到任何数据。',
  },
  endDelivered: { en: 'The client has the whole answer.', zh: '客户端收到完整应答。' },
  endRejected: { en: 'The client has the upstream’s refusal.', zh: '客户端收到上游的拒绝。' },
  endRefused: {
    en: 'The client is told that there is no answer ({error}).',
    zh: '告知客户端没有应答（{error}）。',
  },
  endBroken: {
    en: 'The client is told that its answer is not whole ({error}).',
    zh: '告知客户端应答不完整（{error}）。',
  },
  endLeft: { en: 'The exchange ends without its client.', zh: '客户端已不在，该请求结束。' },
  endUndelivered: { en: 'The answer waits for a client that comes back.', zh: '应答留待客户端回来取。' },
  endUnknown: { en: 'The gateway ended; what came after is not known.', zh: '网关结束，之后的情况未知。' },

  barQueue: { en: 'queue', zh: '排队' },
  barAttempt: { en: '{n} {endpoint}', zh: '{n} {endpoint}' },
  noteRunning: { en: 'running', zh: '进行中' },
  noteWhole: { en: 'whole', zh: '完整' },
  noteRejected: { en: '{status}, passed on', zh: '{status}，已转交' },
  noteCancelled: { en: 'cancelled', zh: '已取消' },
  noteStatusBare: { en: '{status}', zh: '{status}' },
  noteStatus: { en: '{status} after {silence} of silence', zh: '静默 {silence} 后 {status}' },
  noteTimer: { en: 'timer {timer}, {limit}', zh: '计时器 {timer}，{limit}' },
  noteCause: { en: '{cause} {phase}', zh: '{phase} {cause}' },
  noteRefused: { en: '{error}', zh: '{error}' },
  markEdge: { en: 'edge of {endpoint}: {silence}', zh: '{endpoint} 的边缘：{silence}' },
  markLeft: { en: 'client left', zh: '客户端离开' },
} as const satisfies Record<string, Message>;

/** What it cost, and what the gateway did. */
export const DEEDS = {
  costNothing: { en: 'Nothing was charged.', zh: '没有产生费用。' },
  costKnown: { en: 'It cost {cost}.', zh: '费用 {cost}。' },
  costEstimated: { en: 'It cost about {cost} (our estimate).', zh: '费用约 {cost}（我方估算）。' },
  costUnknown: { en: 'What it cost is not known.', zh: '费用未知。' },
  costRunning: { en: 'What it costs is known when it ends.', zh: '费用要等结束后才知道。' },
  lostKnown: {
    en: 'Of that {lost} is lost, paid for {calls|upstream call|upstream calls} whose answer nobody got.',
    zh: '其中损失 {lost}：有 {calls} 次上游调用付了费，却无人收到应答。',
  },
  lostUnpriced: {
    en: 'Nobody got the answer of {calls|upstream call|upstream calls} that had to be paid; how much that is, is not known.',
    zh: '有 {calls} 次上游调用付了费却无人收到应答，金额未知。',
  },
  lostMaybe: {
    en: 'No answer came of {calls|upstream call|upstream calls} that may have been charged: maybe lost, and how much is not known.',
    zh: '有 {calls} 次上游调用没有得到应答但可能已计费：可能损失，金额未知。',
  },
  saved: {
    en: '{calls|client|clients} that asked again got the same answer without a second call, which saved {saved}.',
    zh: '{calls} 个再次请求的客户端得到同一应答，没有第二次调用，节省 {saved}。',
  },
  savedUnpriced: {
    en: '{calls|client|clients} that asked again got the same answer without a second call.',
    zh: '{calls} 个再次请求的客户端得到同一应答，没有第二次调用。',
  },
  streamed: {
    en: 'It streamed the call upstream although the client had not asked for a stream, so that bytes could flow there.',
    zh: '客户端虽未要求流式，QCC 对上游仍使用流式调用，让数据可以持续流动。',
  },
  failedOver: {
    en: 'It went on at {endpoint} after attempt {n} had failed.',
    zh: '第 {n} 次尝试失败后，转到 {endpoint} 继续。',
  },
  retried: {
    en: 'It tried {endpoint} again after attempt {n} had failed.',
    zh: '第 {n} 次尝试失败后，对 {endpoint} 重试。',
  },
  edgeSkipped: {
    en: 'It chose the endpoint with the edges in mind: {why}.',
    zh: '选择 endpoint 时考虑了边缘：{why}。',
  },
  stopped: {
    en: 'It made no further attempt: as many as allowed were made, or no endpoint was left to ask.',
    zh: '没有继续尝试：尝试次数已达上限，或没有其它 endpoint 可用。',
  },
  stoppedPaid: {
    en: 'It made no further attempt: what had failed was probably charged, and the next one would be, too.',
    zh: '没有继续尝试：失败的调用很可能已计费，再试很可能再次计费。',
  },
  stoppedLate: {
    en: 'It made no further attempt: the time that the request had was over.',
    zh: '没有继续尝试：请求的时间已用完。',
  },
  stoppedBegun: {
    en: 'It made no further attempt: the client had the beginning of this answer already.',
    zh: '没有继续尝试：客户端已收到该应答的开头。',
  },
  heartbeats: {
    en: 'It sent the client {beats|sign|signs} of life while the answer was being made.',
    zh: '生成应答期间向客户端发送了 {beats} 次心跳。',
  },
  ranOn: {
    en: 'It let the call run on after the client was gone, so that what was paid for could still be fetched.',
    zh: '客户端离开后让调用继续运行，已付费的应答仍可取回。',
  },
  grace: {
    en: 'It kept the call for a while after the client left, in case it came back.',
    zh: '客户端离开后将调用保留了一段时间，以防其回来。',
  },
  cut: {
    en: 'It ended the upstream call as the client left, to save what was not yet made.',
    zh: '客户端离开时结束了上游调用，以节省尚未生成的部分。',
  },
  tookOut: {
    en: 'It took {endpoint} out of service, and verifies it until it answers again.',
    zh: '将 {endpoint} 移出服务，并持续验证直到恢复。',
  },
  cooled: {
    en: 'It left {endpoint} alone for a while, as its limit asked for.',
    zh: '按其限额的要求，暂停使用 {endpoint} 一段时间。',
  },
  learned: {
    en: 'It learned the edge in front of {endpoint}, and routes around it from then on.',
    zh: '学到了 {endpoint} 前的边缘，此后会绕开它。',
  },
  waited: {
    en: 'It let the request wait {waited} for a slot instead of refusing it.',
    zh: '让请求等待空位 {waited}，而没有拒绝它。',
  },
} as const satisfies Record<string, Message>;
