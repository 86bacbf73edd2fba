import { textsOf } from '../frame/language.ts';

export const t = textsOf({
  en: {
    text: 'config.yaml',
    secrets: 'Secrets are masked. Those you leave as they are stay as they are.',
    first: 'There is no file yet: this is what a first one could be.',
    sound: 'The configuration is sound.',
    revert: 'Revert',
    apply: 'Apply…',
    'apply.now': 'Write and take up',
    applied: 'Applied: {clusters} clusters, {endpoints} endpoints.',
    compare: 'What changes',
    'compare.hint':
      'The file is replaced as a whole, and taken up at once. Running requests keep the settings they began with.',
    conflict:
      'The file has been changed meanwhile. Load it anew; what you have typed here is lost then, so copy it first.',
    'conflict.reload': 'Load it anew',
  },
  zh: {
    text: 'config.yaml',
    secrets: '密钥已隐藏，保持不动即不会改变。',
    first: '配置文件尚不存在，这是一份初始示例。',
    sound: '配置无误。',
    revert: '还原',
    apply: '应用…',
    'apply.now': '写入并生效',
    applied: '已应用：{clusters} 个集群，{endpoints} 个 endpoint。',
    compare: '变更内容',
    'compare.hint': '文件将整体替换并立即生效，进行中的请求沿用原有设置。',
    conflict: '文件已被他人修改，请重新加载。当前输入会丢失，请先复制。',
    'conflict.reload': '重新加载',
  },
});
