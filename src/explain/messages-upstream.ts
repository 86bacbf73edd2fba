import { type CaseMessages, SECOND_ENDPOINT } from './case-messages.ts';

/** Cases of the upstream’s and the network’s own making. */
export const UPSTREAM_CASES = {
  // upstream-slow
  'slow-first': {
    what: {
      en: 'The upstream was too slow: {endpoint} sent nothing for {silence}, then our {timer} timer ({limit}, set by {setBy}) ended the call.',
      zh: '上游太慢：{endpoint} 在 {silence} 内没有返回任何数据，我方计时器 {timer}（{limit}，来自 {setBy}）结束了调用。',
    },
    fix: {
      en: 'A second endpoint to go on with, or strategy "fastest" between them; a longer timer only if you would rather wait.',
      zh: '增加一个备用 endpoint，或在多个 endpoint 间使用 "fastest" 策略；愿意多等的话再放宽计时器。',
    },
    among: {
      en: 'Strategy "fastest" asks the quickest endpoint of the cluster first; give it a longer timer only if you would rather wait.',
      zh: '使用 "fastest" 策略，优先请求集群中最快的 endpoint；愿意多等的话再放宽计时器。',
    },
  },
  'slow-middle': {
    what: {
      en: 'The upstream stalled: {endpoint} fell silent for {silence} in the middle of its answer, then our {timer} timer ({limit}, set by {setBy}) ended the call.',
      zh: '上游卡住：{endpoint} 在应答中途静默 {silence}，我方计时器 {timer}（{limit}，来自 {setBy}）结束了调用。',
    },
    fix: {
      en: 'If this model pauses that long while it thinks, give it a longer idle timer; else give the cluster a second endpoint.',
      zh: '如果该模型思考时确实会停顿这么久，请放宽 idle 计时器；否则给集群再配一个 endpoint。',
    },
    among: {
      en: 'If this model pauses that long while it thinks, give it a longer idle timer; else let strategy "fastest" prefer the other endpoints.',
      zh: '如果该模型思考时确实会停顿这么久，请放宽 idle 计时器；否则使用 "fastest" 策略，优先请求其它 endpoint。',
    },
  },
  // network-bad
  'net-connect': {
    what: {
      en: 'The network is bad: no connection to {endpoint} came about ({phase}: {detail}), while others did.',
      zh: '网络不佳：未能连上 {endpoint}（{phase}：{detail}），而其它连接是成功的。',
    },
    fix: {
      en: 'See `qcc doctor {endpoint}` for loss and latency; reach it through a proxy with a better route, or give the connection more time.',
      zh: '用 `qcc doctor {endpoint}` 查看丢包和延迟；换一条线路更好的代理，或放宽建立连接的时限。',
    },
  },
  'net-silent': {
    what: {
      en: 'The network is bad, or the host is off: nobody answered at {endpoint} when we tried to connect ({phase}, given up after {limit}).',
      zh: '网络不通或主机离线：连接 {endpoint} 时对方毫无回应（{phase}，{limit} 后放弃）。',
    },
    fix: {
      en: 'See `qcc doctor {endpoint}`: a firewall, a wrong port and a host that is off look the same. If a proxy is needed to get there, name it.',
      zh: '用 `qcc doctor {endpoint}` 检查：防火墙、端口错误和主机离线的表现相同。如果需要代理才能到达，请配置代理。',
    },
  },
  'net-slow': {
    what: {
      en: 'The network is slow: opening the connection to {endpoint} took {connect} of {total}.',
      zh: '网络很慢：建立到 {endpoint} 的连接花了 {connect}，占总时间 {total} 的一大部分。',
    },
    fix: {
      en: 'See `qcc doctor {endpoint}`; a proxy with a better route shortens it.',
      zh: '用 `qcc doctor {endpoint}` 检查；线路更好的代理可以缩短这段时间。',
    },
  },
  'net-break': {
    what: {
      en: 'The network is bad: the connection to {endpoint} broke after {silence} of silence, and others broke too, each after another silence.',
      zh: '网络不佳：到 {endpoint} 的连接在静默 {silence} 后断开，其它连接也断过，且静默时长各不相同。',
    },
    fix: {
      en: 'See `qcc doctor {endpoint}` for loss; reach it by another route, such as a proxy.',
      zh: '用 `qcc doctor {endpoint}` 检查丢包；换一条线路，例如经由代理访问。',
    },
  },
  'net-dns': {
    what: {
      en: 'Name lookup failed: the host of {endpoint} could not be resolved ({detail}), though it answered before.',
      zh: '域名解析失败：{endpoint} 的主机名无法解析（{detail}），而它之前是能应答的。',
    },
    fix: {
      en: 'Mend DNS on this machine, or reach the endpoint through a proxy that resolves names itself.',
      zh: '修复本机 DNS，或通过自行解析域名的代理访问。',
    },
  },
  // server-down
  'down-refused': {
    what: {
      en: 'The server is down: {endpoint} refused the connection ({detail}).',
      zh: '服务器不可用：{endpoint} 拒绝了连接（{detail}）。',
    },
    fix: {
      en: 'Start it again, or check host and port of its base_url if it has never worked. Until then take it out; with a second endpoint nobody would have noticed.',
      zh: '重新启动该服务；如果从未成功过，请检查 base_url 的主机和端口。在此之前先停用它；有第二个 endpoint 的话不会有人察觉。',
    },
    among: {
      en: 'Start it again, or check host and port of its base_url if it has never worked. QCC uses the other endpoints once it has taken this one out, and verifies it until it answers.',
      zh: '重新启动该服务；如果从未成功过，请检查 base_url 的主机和端口。QCC 将其移出后会使用其它 endpoint，并持续验证直到它恢复。',
    },
  },
  'down-all': {
    what: {
      en: 'The server is down: for {span} nothing got through to {endpoint} ({detail}).',
      zh: '服务器不可用：{span} 内发往 {endpoint} 的请求无一成功（{detail}）。',
    },
    fix: {
      en: 'Ask its operator. Until then take it out; with a second endpoint nobody would have noticed.',
      zh: '联系其运营方。在此之前先停用它；有第二个 endpoint 的话不会有人察觉。',
    },
    among: {
      en: 'Ask its operator. QCC uses the other endpoints once it has taken this one out, and verifies it until it answers.',
      zh: '联系其运营方。QCC 将其移出后会使用其它 endpoint，并持续验证直到它恢复。',
    },
  },
  'down-edge': {
    what: {
      en: 'The server is down: the edge in front of {endpoint} answered {status}, which says that it can’t reach the server behind it.',
      zh: '服务器不可用：{endpoint} 前的边缘节点返回 {status}，表示它无法到达后面的服务器。',
    },
    fix: {
      en: 'Ask its operator: the server, or the way from the edge to it, is broken. A second endpoint bridges that.',
      zh: '联系其运营方：服务器或边缘到服务器的链路出了问题。第二个 endpoint 可以兜底。',
    },
    among: {
      en: 'Ask its operator: the server, or the way from the edge to it, is broken. QCC uses the other endpoints once it has taken this one out.',
      zh: '联系其运营方：服务器或边缘到服务器的链路出了问题。QCC 将其移出后会使用其它 endpoint。',
    },
  },
  // rate-limited
  'limited-rate': {
    what: {
      en: '{endpoint} is rate limited: it answered {status}.',
      zh: '{endpoint} 被限流：返回 {status}。',
    },
    fix: {
      en: 'Keep below its limit, so that requests wait here instead of failing there, or share the load between endpoints.',
      zh: '在 QCC 中设置低于其限额的值，让请求在这里排队而不是在上游失败；或在多个 endpoint 间分担。',
    },
  },
  'limited-spend': {
    what: {
      en: '{endpoint} answered {status} without saying when to come back: probably a spending or quota limit.',
      zh: '{endpoint} 返回 {status}，但没有说明何时可以重试：多半是额度或消费上限。',
    },
    fix: {
      en: 'Look at the account’s budget and quota. Waiting does not help until they are raised; a second endpoint does.',
      zh: '检查账户的预算和额度。提高之前等待无用，第二个 endpoint 才有用。',
    },
    among: {
      en: 'Look at the account’s budget and quota. Waiting does not help until they are raised; the other endpoints of the cluster do.',
      zh: '检查账户的预算和额度。提高之前等待无用，集群中的其它 endpoint 才有用。',
    },
  },
  'limited-load': {
    what: {
      en: '{endpoint} is overloaded: it answered {status}.',
      zh: '{endpoint} 过载：返回 {status}。',
    },
    ...SECOND_ENDPOINT,
  },
  // request-rejected
  rejected: {
    what: {
      en: 'The request itself was turned down: {endpoint} answered {status}, which was passed on to the client as it came.',
      zh: '请求本身被拒绝：{endpoint} 返回 {status}，已原样转给客户端。',
    },
    fix: {
      en: 'Mend the request as the answer says; another endpoint would say the same.',
      zh: '按应答内容修改请求；换一个 endpoint 结果也一样。',
    },
  },
  // bad-answer
  'answer-empty': {
    what: {
      en: '{endpoint} answered {status} with nothing in it.',
      zh: '{endpoint} 返回 {status}，但内容为空。',
    },
    ...SECOND_ENDPOINT,
  },
  'answer-page': {
    what: {
      en: '{endpoint} answered with something that is no API answer ({detail}), though it gives good ones at other times.',
      zh: '{endpoint} 返回的不是 API 应答（{detail}），而其它时候是正常的。',
    },
    ...SECOND_ENDPOINT,
  },
  'answer-error': {
    what: {
      en: '{endpoint} said 200 and then reported an error within its answer ({detail}).',
      zh: '{endpoint} 先返回 200，随后在应答中报错（{detail}）。',
    },
    ...SECOND_ENDPOINT,
  },
  'answer-cut': {
    what: {
      en: 'The answer of {endpoint} ended before it was whole ({detail}).',
      zh: '{endpoint} 的应答不完整就结束了（{detail}）。',
    },
    ...SECOND_ENDPOINT,
  },
  // upstream-error
  'error-status': {
    what: {
      en: '{endpoint} failed by itself: it answered {status}.',
      zh: '{endpoint} 自身出错：返回 {status}。',
    },
    ...SECOND_ENDPOINT,
  },
  'error-closed': {
    what: {
      en: '{endpoint} broke the connection before it answered, after {silence}.',
      zh: '{endpoint} 在应答之前断开了连接（{silence} 后）。',
    },
    ...SECOND_ENDPOINT,
  },
} as const satisfies Record<string, CaseMessages>;
