import type { Message } from './wording.ts';

interface PageMessages {
  readonly what: Message;
  readonly fix: Message;
}

const THROUGH: Message = {
  en: 'Ask through QCC: it streams such calls, sends signs of life, and joins a repeat to the answer being made. If this was asked through QCC, `qcc logs --failed` shows it.',
  zh: '通过 QCC 访问：它会对上游流式调用、发送心跳，并让重复的请求接续同一个应答。如果当时就是经由 QCC，`qcc logs --failed` 可以查到。',
};

/** What a page alone tells, by its maker and status. */
export const PAGES = {
  'cloudflare-524': {
    what: {
      en: 'Cloudflare reached {host} and waited for a byte of the answer, 100 to 125 s, in vain, and gave up. The request had been delivered: the model was probably still working, and the call is probably charged.',
      zh: 'Cloudflare 已连上 {host}，等待应答的字节 100 到 125 秒未果后放弃。请求已送达：模型多半仍在工作，该调用很可能会计费。',
    },
    fix: {
      en: 'Tell QCC of this edge, stream the call, and have a way to the model without Cloudflare for answers that are silent for longer.',
      zh: '在 QCC 中写明这个边缘，使用流式调用，并为静默更久的应答准备一条不经过 Cloudflare 的线路。',
    },
  },
  'cloudflare-504': {
    what: {
      en: 'Cloudflare passed on, or made, a 504: what stands behind it at {host} did not answer in time. Whether the call is charged is not known.',
      zh: 'Cloudflare 转发或生成了 504：{host} 后面的服务未及时应答。是否计费未知。',
    },
    fix: THROUGH,
  },
  'cloudflare-unreached': {
    what: {
      en: 'Cloudflare could not reach the server behind {host} (status {status}): it is down, or refuses Cloudflare. Nothing was charged.',
      zh: 'Cloudflare 无法到达 {host} 后面的服务器（状态码 {status}）：服务器宕机或拒绝了 Cloudflare。不会产生费用。',
    },
    fix: {
      en: 'It is for the operator of {host} to mend. A second endpoint bridges it: asking again is free.',
      zh: '需要 {host} 的运营方修复。第二个 endpoint 可以兜底，重试不产生费用。',
    },
  },
  'cloudflare-blocked': {
    what: {
      en: 'Cloudflare refused the request to {host} (status {status}): a firewall rule, a limit, or this address. The model was not reached.',
      zh: 'Cloudflare 拒绝了发往 {host} 的请求（状态码 {status}）：防火墙规则、限速或本机 IP 受限。请求未到达模型。',
    },
    fix: {
      en: 'Ask from another address, or ask the operator of {host} to let this one in.',
      zh: '换一个出口地址，或请 {host} 的运营方放行。',
    },
  },
  'cloudflare-other': {
    what: {
      en: 'Cloudflare reports that the server behind {host} answered with something it could not pass on (status {status}). Whether the call is charged is not known.',
      zh: 'Cloudflare 表示 {host} 后面的服务器返回了无法转发的内容（状态码 {status}）。是否计费未知。',
    },
    fix: THROUGH,
  },
  'proxy-504': {
    what: {
      en: 'A proxy ({maker}) waited for the server behind it, 60 s unless set otherwise, and gave up. The model may have been working: the call may be charged.',
      zh: '代理（{maker}）等待后端应答（默认 60 秒）后放弃。模型可能仍在工作，该调用可能会计费。',
    },
    fix: {
      en: 'Raise its timeout if it is yours (nginx: proxy_read_timeout; ALB: idle timeout). Tell QCC of it in any case, so that long silences go another way.',
      zh: '如果是自己的代理，请调大超时（nginx：proxy_read_timeout；ALB：idle timeout）。无论如何都应在 QCC 中写明它，让长静默的请求走别的线路。',
    },
  },
  'proxy-502': {
    what: {
      en: 'A proxy ({maker}) did not get a usable answer from the server behind it (status {status}): it is down, restarting, or broke the connection.',
      zh: '代理（{maker}）没有从后端得到可用的应答（状态码 {status}）：后端宕机、正在重启或断开了连接。',
    },
    fix: {
      en: 'It is for that server’s operator to mend; a second endpoint bridges it.',
      zh: '需要该服务器的运营方修复；第二个 endpoint 可以兜底。',
    },
  },
  limited: {
    what: {
      en: 'A rate limit (status {status}): the model was not reached, nothing was charged.',
      zh: '被限流（状态码 {status}）：请求未到达模型，不会产生费用。',
    },
    fix: {
      en: 'Let QCC keep below the limit: requests then wait for their turn instead of failing.',
      zh: '让 QCC 控制在限额之内：请求会排队等候，而不是失败。',
    },
  },
  key: {
    what: {
      en: 'The credential was refused (status {status}).',
      zh: '凭据被拒绝（状态码 {status}）。',
    },
    fix: {
      en: 'Check the key: that of the client towards QCC (auth.keys), and that of QCC towards the endpoint (api_key).',
      zh: '检查密钥：客户端访问 QCC 的密钥（auth.keys），以及 QCC 访问 endpoint 的密钥（api_key）。',
    },
  },
  rejected: {
    what: {
      en: 'The request itself was turned down (status {status}); its text says why.',
      zh: '请求本身被拒绝（状态码 {status}），原因见其内容。',
    },
    fix: {
      en: 'Mend the request as the text says.',
      zh: '按其内容修改请求。',
    },
  },
  upstream: {
    what: {
      en: 'The upstream failed by itself (status {status}). Whether the call is charged is not known.',
      zh: '上游自身出错（状态码 {status}）。是否计费未知。',
    },
    fix: THROUGH,
  },
  'client-timeout': {
    what: {
      en: 'The client itself gave up waiting: this is its own timeout, no answer of a server. The model may have been working: the call may be charged, and the client’s repeat as well.',
      zh: '是客户端自己放弃了等待：这是它的超时，不是服务器的应答。模型可能仍在工作，该调用及客户端的重试都可能计费。',
    },
    fix: {
      en: 'Raise the client’s timeout, or let it stream. Through QCC a repeat is joined to the answer being made, and paid once.',
      zh: '调大客户端超时，或使用流式。通过 QCC 时重复的请求会接续同一个应答，只付一次费。',
    },
  },
  'client-connection': {
    what: {
      en: 'The client’s connection broke, or never came about: nothing in the text says who did that.',
      zh: '客户端的连接断开或未能建立：文本中没有说明是谁造成的。',
    },
    fix: {
      en: 'If it broke at the same silence time and again, an edge cuts: tell QCC of it. `qcc doctor` finds out where the way is bad.',
      zh: '如果每次都在相同的静默时长断开，就是边缘所为：请在 QCC 中写明。`qcc doctor` 可以查出哪一段有问题。',
    },
  },
  'gateway-unknown': {
    what: {
      en: 'An error of QCC’s own, but the ledger has no such request: it was turned away before it became one, or its row is no longer kept.',
      zh: '这是 QCC 自己的错误，但账本中没有这个请求：它在成为请求之前就被拒绝，或记录已过保留期。',
    },
    fix: {
      en: 'docs/errors.md says what each code means; proxy.log has the line with this id.',
      zh: 'docs/errors.md 说明了每个错误码；proxy.log 中有带此编号的行。',
    },
  },
  unknown: {
    what: {
      en: 'This text has no mark that QCC knows: no id of a request, no status, no page of an edge.',
      zh: '这段文本没有 QCC 认识的标记：没有请求编号、状态码或边缘的错误页。',
    },
    fix: {
      en: 'Paste the whole page or error message, or look for the request with `qcc logs --failed`.',
      zh: '请粘贴完整的页面或错误信息，或用 `qcc logs --failed` 查找该请求。',
    },
  },
} as const satisfies Record<string, PageMessages>;

export type PageCase = keyof typeof PAGES;

export const PAGE_WORDS = {
  headline: { en: '{maker}, status {status}{at}{host}', zh: '{maker}，状态码 {status}{at}{host}' },
  headlineBare: { en: '{maker}{at}{host}', zh: '{maker}{at}{host}' },
  at: { en: ', {at}', zh: '，{at}' },
  host: { en: ', host {host}', zh: '，主机 {host}' },
  anyHost: { en: 'the server', zh: '服务器' },
  'by-cloudflare': { en: 'A page of Cloudflare’s', zh: 'Cloudflare 的错误页' },
  'by-nginx': { en: 'A page of nginx', zh: 'nginx 的错误页' },
  'by-alb': { en: 'A page of an AWS load balancer', zh: 'AWS 负载均衡器的错误页' },
  'by-gateway': { en: 'An error of QCC’s own', zh: 'QCC 自己的错误' },
  'by-vendor': { en: 'An error of the model’s API', zh: '模型 API 的错误' },
  'by-client-timeout': { en: 'A client’s own timeout', zh: '客户端自身的超时' },
  'by-client-connection': { en: 'A client’s connection error', zh: '客户端的连接错误' },
  'by-unknown': { en: 'A text', zh: '一段文本' },
  edgeOf: {
    en: ' It is the edge in front of your endpoint {endpoint}.',
    zh: '这是你的 endpoint {endpoint} 前的边缘。',
  },
  foundId: { en: 'the id in the text', zh: '文本中的编号' },
  foundRay: { en: 'its Ray ID', zh: 'Ray ID' },
  foundUpstreamId: { en: 'the upstream’s id in the text', zh: '文本中的上游编号' },
  foundTime: { en: 'its status and its time', zh: '状态码和时间' },
  foundLeft: { en: 'its time, and a client that was cut off then', zh: '时间，以及当时被切断的客户端' },
  foundOnly: {
    en: 'its status: the only request of the last hour that met it',
    zh: '状态码：最近一小时内唯一遇到它的请求',
  },
} as const satisfies Record<string, Message>;
