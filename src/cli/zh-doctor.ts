import type { enDoctor } from './en-doctor.ts';

/** `doctor` 的文本。 */
export const zhDoctor: Readonly<Record<keyof typeof enDoctor, string>> = {
  aboutDoctor: '从本机一路检查到端点的模型，指出问题所在（默认检查所有启用的端点；也可以给 URL）',
  aboutCheckupModel: '要询问的模型',
  aboutCheckupKey: '与 URL 一起使用：存放密钥的环境变量',
  aboutProbeEdge: '探测回答最多能静默多久；要花一个长回答的钱',
  aboutSilenceUpTo: '最多探测多久的静默：130s、5m（130s）',
  aboutYesProbe: '执行 --probe-edge 前不再询问',
  aboutDoctorJson: '输出一个 JSON 对象',
  expectedDuration: '时长，如 130s、5m 或 500ms',
  noConfigForDoctor:
    '没有配置文件（{file}）。生成：qcc init；或直接给出地址：qcc doctor https://api.example.com',
  keyNeedsUrl: '--api-key-env 要与 URL 一起使用；已配置的端点有自己的密钥',
  silenceNeedsProbe: '--silence-up-to 要与 --probe-edge 一起使用',
  probeCost:
    '--probe-edge 会请求 {calls} 个长回答：至多 {tokens} 个 token，按目录价 {price}。被切断的也会计费。',
  probePriceUnknown: '价格未知',
  probeAsk: '继续吗？[y/N] ',
  probeNotAgreed: '没有探测。加上 --yes，或在终端里回答 y 才会执行。',
  doctorStep: '{number}/{of} {name}：{text}',
  doctorConfig: '在 {file} 中，{place}：',
  doctorPlace: '端点 {name}',
};
