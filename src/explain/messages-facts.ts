import type { Message } from './wording.ts';

/** Evidence, one line each. */
export const FACTS = {
  ended: {
    en: 'Attempt {n} ended after {total}, {phase}: {detail}.',
    zh: '第 {n} 次尝试在 {total} 后结束，{phase}：{detail}。',
  },
  said: { en: 'The answer said: “{said}”.', zh: '应答内容：“{said}”。' },
  failing: {
    en: '{failed} of the last {calls|call|calls} to {endpoint} failed.',
    zh: '最近 {calls} 次发往 {endpoint} 的调用中有 {failed} 次失败。',
  },
  noHistory: {
    en: 'No other request called {endpoint} in the hour around, so that there is nothing to compare it with.',
    zh: '前后一小时内没有其它请求调用过 {endpoint}，没有可比较的记录。',
  },
  streak: {
    en: '{calls} calls in a row to {endpoint} failed, none was answered between.',
    zh: '发往 {endpoint} 的调用连续失败 {calls} 次，其间没有一次成功。',
  },
  answeredToo: {
    en: 'In the hour around, {endpoint} answered {answered|call|calls} and failed {failed}.',
    zh: '前后一小时内，{endpoint} 成功 {answered} 次，失败 {failed} 次。',
  },
  timedOutToo: {
    en: '{timeouts} of {calls|call|calls} to {endpoint} ran into a timer in the hour around; {answered} were answered.',
    zh: '前后一小时内，发往 {endpoint} 的 {calls} 次调用中有 {timeouts} 次超时，{answered} 次成功。',
  },
  checksFailed: {
    en: '{checks|verification|verifications} of it failed, too.',
    zh: '对它的验证也失败了 {checks} 次。',
  },
  opened: {
    en: 'QCC took it out of service (failure queue) then.',
    zh: 'QCC 当时已将其移入失败队列。',
  },
  neverAnswered: {
    en: 'It has not answered a single call since QCC knows it.',
    zh: '自接入 QCC 以来，它从未成功应答过。',
  },
  cutsSeen: {
    en: 'Cuts after {shortest} to {longest} of silence were seen {times|time|times} at {endpoint} in the hour around.',
    zh: '前后一小时内，在 {endpoint} 处共出现 {times} 次静默 {shortest} 至 {longest} 后的切断。',
  },
  cutElsewhere: {
    en: 'Attempt {n}, at {endpoint}, broke after {silence} of silence, too.',
    zh: '第 {n} 次尝试（{endpoint}）同样在静默 {silence} 后断开。',
  },
  pageCut: {
    en: '{status} after {silence} of silence, in attempt {n}.',
    zh: '第 {n} 次尝试：静默 {silence} 后返回 {status}。',
  },
  breakCut: {
    en: 'The connection broke after {silence} of silence, in attempt {n}.',
    zh: '第 {n} 次尝试：静默 {silence} 后连接断开。',
  },
  edgeKnown: {
    en: 'The configuration says that the edge there allows {silence} of silence.',
    zh: '配置中写明该处边缘允许 {silence} 的静默。',
  },
  edgeLearned: {
    en: 'QCC has learned that an edge there cuts after {silence} of silence ({cuts|cut|cuts}).',
    zh: 'QCC 已学到该处的边缘会在静默 {silence} 后切断（{cuts} 次）。',
  },
  totalKnown: {
    en: 'The configuration says that an answer may take {total} there.',
    zh: '配置中写明该处单次应答最长 {total}。',
  },
  ray: { en: 'Its Ray ID: {ray}.', zh: 'Ray ID：{ray}。' },
  limits: { en: 'Its headers: {headers}.', zh: '响应头：{headers}。' },
  retryAfter: {
    en: 'It asked to wait {seconds} (retry-after).',
    zh: '它要求等待 {seconds}（retry-after）。',
  },
  limitedToo: {
    en: '{limited} of {calls|call|calls} to {endpoint} were limited in the hour around.',
    zh: '前后一小时内，发往 {endpoint} 的 {calls} 次调用中有 {limited} 次被限。',
  },
  refusedAll: {
    en: 'It was so in all {calls} calls in a row.',
    zh: '连续 {calls} 次调用都是如此。',
  },
  connectParts: {
    en: 'Attempt {n}: {parts}.',
    zh: '第 {n} 次尝试：{parts}。',
  },
  connectsFailed: {
    en: '{failed} of {calls|call|calls} to {endpoint} got no connection in the hour around, {answered} were answered.',
    zh: '前后一小时内，发往 {endpoint} 的 {calls} 次调用中有 {failed} 次未能连上，{answered} 次成功。',
  },
  breaks: {
    en: '{breaks} connections to {endpoint} broke in the hour around, after {shortest} to {longest} of silence.',
    zh: '前后一小时内，到 {endpoint} 的连接断开 {breaks} 次，断开前静默 {shortest} 至 {longest}。',
  },
  begun: {
    en: 'Its first event came after {first}; when the timer fired it had been silent for {silence} only.',
    zh: '首个事件在 {first} 时到达；计时器触发时它只静默了 {silence}。',
  },
  tookLonger: {
    en: '{longer} of {answered|answer|answers} of {endpoint} in the hour around took longer than {limit} and came; the longest {longest}.',
    zh: '前后一小时内，{endpoint} 的 {answered} 次成功应答中有 {longer} 次超过 {limit} 才到达，最长 {longest}。',
  },
  nearLimit: {
    en: 'Answers of {endpoint} in the hour around came close to it: one in ten took {p90} or more.',
    zh: '前后一小时内，{endpoint} 的应答时间已接近该时限：每十次就有一次达到 {p90} 以上。',
  },
  belowBuiltIn: {
    en: 'Without that setting, scenario {scenario} allows {builtIn}.',
    zh: '不做此设置时，{scenario} 场景允许 {builtIn}。',
  },
  elsewhere: {
    en: 'Attempt {n} was answered after {took}: longer than that timer allows.',
    zh: '第 {n} 次尝试在 {took} 后得到应答，超过了该计时器允许的时间。',
  },
  againTook: {
    en: 'Asked again as {id}, the same request was answered after {took}.',
    zh: '同一请求再次发出（{id}），{took} 后得到应答。',
  },
  leftAt: {
    en: 'The client left after {left}; it had got nothing for {silence}; heartbeats sent: {beats}.',
    zh: '客户端在 {left} 时离开；此前 {silence} 没有收到任何数据；已发送 {beats} 次心跳。',
  },
  leftAtPlain: {
    en: 'The client left after {left}; it had got nothing for {silence}.',
    zh: '客户端在 {left} 时离开；此前 {silence} 没有收到任何数据。',
  },
  listenerEdge: {
    en: 'The configuration says that the edge in front of {listener} allows {silence} of silence.',
    zh: '配置中写明 {listener} 前的边缘允许 {silence} 的静默。',
  },
  listenerTotal: {
    en: 'The configuration says that the edge in front of {listener} allows {total} for one answer.',
    zh: '配置中写明 {listener} 前的边缘允许单次应答 {total}。',
  },
  leftAlike: {
    en: '{times} clients were cut after {shortest} to {longest} of silence at {listener} in the hour around.',
    zh: '前后一小时内，{listener} 上共有 {times} 个客户端在静默 {shortest} 至 {longest} 后被切断。',
  },
  usualEdge: {
    en: '{silence} is where {edge} cuts as it comes.',
    zh: '{silence} 正是 {edge} 默认的切断时间。',
  },
  patience: {
    en: 'The client had said that it would wait {patience} (x-stainless-timeout).',
    zh: '客户端声明会等待 {patience}（x-stainless-timeout）。',
  },
  knownPatience: {
    en: 'Clients are known that give up then: {who}.',
    zh: '已知有客户端会在此时放弃：{who}。',
  },
  joined: {
    en: 'It asked again and was joined to the same answer, {times|time|times}, without a second call.',
    zh: '它再次请求并接续了同一个应答（{times} 次），没有产生第二次调用。',
  },
  askedAgain: {
    en: 'The same client asked again {after} later: {id}, {size} bytes, the same path and model.',
    zh: '同一客户端在 {after} 后再次请求：{id}，{size} 字节，路径和模型相同。',
  },
  fate: { en: 'What became of it: {fate}.', zh: '后续处理：{fate}。' },
  waited: {
    en: 'It waited {waited} for a slot; the whole took {total}.',
    zh: '排队 {waited}，总共 {total}。',
  },
  limitsOf: { en: 'Limits of {endpoint}: {limits}.', zh: '{endpoint} 的限额：{limits}。' },
  errorCode: { en: 'The gateway answered {status} {code}.', zh: '网关返回 {status} {code}。' },
  madeByUpstream: {
    en: 'The upstream’s own id of the call: {id}.',
    zh: '上游的调用编号：{id}。',
  },
  otherModels: {
    en: '{endpoint} answered {answered|call|calls} in the hour around, of other models or paths.',
    zh: '前后一小时内，{endpoint} 成功应答了 {answered} 次其它模型或路径的调用。',
  },
} as const satisfies Record<string, Message>;

export type FactName = keyof typeof FACTS;
