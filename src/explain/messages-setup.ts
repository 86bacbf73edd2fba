import type { CaseMessages } from './case-messages.ts';

/** Cases that a line of configuration mends. */
export const SETUP_CASES = {
  // misconfigured
  'bad-dns': {
    what: {
      en: 'Misconfigured URL: the host of {endpoint} does not exist ({detail}).',
      zh: 'URL 配置错误：{endpoint} 的主机名不存在（{detail}）。',
    },
    fix: {
      en: 'Correct the base_url of {endpoint}.',
      zh: '更正 {endpoint} 的 base_url。',
    },
  },
  'bad-page': {
    what: {
      en: 'Misconfigured URL: {endpoint} answers with something that is no API ({detail}).',
      zh: 'URL 配置错误：{endpoint} 返回的不是 API 应答（{detail}）。',
    },
    fix: {
      en: 'The base_url probably names a website or a login page: it must be what stands before /v1/… in the vendor’s documents.',
      zh: 'base_url 多半指向了网站或登录页：应填写服务商文档中 /v1/… 之前的部分。',
    },
  },
  'bad-path': {
    what: {
      en: 'Misconfigured URL: {endpoint} does not know the path {path} (status {status}).',
      zh: 'URL 配置错误：{endpoint} 没有路径 {path}（状态码 {status}）。',
    },
    fix: {
      en: 'The base_url must be what stands before /v1/…; or the endpoint does not speak this protocol: then say which it does.',
      zh: 'base_url 应为 /v1/… 之前的部分；如果该 endpoint 不支持此协议，请用 protocols 写明它支持的协议。',
    },
  },
  'bad-key': {
    what: {
      en: 'Misconfigured key: {endpoint} refused its credential (status {status}).',
      zh: '密钥配置错误：{endpoint} 拒绝了凭据（状态码 {status}）。',
    },
    fix: {
      en: 'Put a valid key into api_key of {endpoint}.',
      zh: '为 {endpoint} 的 api_key 填写有效的密钥。',
    },
  },
  'bad-account': {
    what: {
      en: 'The account behind {endpoint} can’t pay (status {status}).',
      zh: '{endpoint} 对应的账户余额不足（状态码 {status}）。',
    },
    fix: {
      en: 'Top the account up, or use a key of another one.',
      zh: '为账户充值，或换用其它账户的密钥。',
    },
  },
  'bad-blocked': {
    what: {
      en: 'The edge in front of {endpoint} blocked the call (status {status}): a firewall rule, this address or its country; not the key.',
      zh: '{endpoint} 前的边缘节点拦截了调用（状态码 {status}）：防火墙规则、本机 IP 或所在地区受限，与密钥无关。',
    },
    fix: {
      en: 'Reach it through a proxy whose address is let in, or ask its operator to let this one in.',
      zh: '通过其允许的地址（代理）访问，或请运营方放行本机地址。',
    },
  },
  'bad-model': {
    what: {
      en: 'Misconfigured model: {endpoint} does not know the model {model} (status {status}).',
      zh: '模型配置错误：{endpoint} 不认识模型 {model}（状态码 {status}）。',
    },
    fix: {
      en: 'Ask for a model that it has, map the name to what it calls the model, or route it to an endpoint that has it.',
      zh: '改用它提供的模型，将名称映射为它使用的名称，或路由到提供该模型的 endpoint。',
    },
  },
  'bad-tls': {
    what: {
      en: 'Misconfigured TLS: no trusted connection to {endpoint} ({detail}).',
      zh: 'TLS 配置错误：无法与 {endpoint} 建立可信连接（{detail}）。',
    },
    fix: {
      en: 'Use the host name that its certificate is for, renew the certificate, or trust its issuer (NODE_EXTRA_CA_CERTS). `qcc doctor {endpoint}` shows the certificate.',
      zh: '使用证书对应的主机名，更新证书，或信任其签发者（NODE_EXTRA_CA_CERTS）。`qcc doctor {endpoint}` 可查看证书。',
    },
  },
  'bad-cluster': {
    what: {
      en: 'Misconfigured cluster: {cluster} has no enabled endpoint that speaks {protocol}.',
      zh: '集群配置错误：{cluster} 中没有启用且支持 {protocol} 的 endpoint。',
    },
    fix: {
      en: 'Add or enable one: qcc endpoint add | enable.',
      zh: '添加或启用一个：qcc endpoint add | enable。',
    },
  },
} as const satisfies Record<string, CaseMessages>;
