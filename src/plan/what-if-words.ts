import type { Choice, Standing } from '../cluster/cluster.ts';
import type { Language } from '../errors/catalogue.ts';
import type { Plan } from './plan-for.ts';

type Chosen = Extract<Choice, { kind: 'endpoint' }>;
type Out = NonNullable<Standing['out']>;
type Cuts = NonNullable<Standing['cuts']>;

interface Words {
  readonly scenarioBy: (plan: Plan) => string;
  readonly chosen: (choice: Chosen) => string;
  readonly out: (out: Out, protocol: string, now: number) => string;
  readonly cuts: (cuts: Cuts) => string;
  readonly join: string;
}

const seconds = (ms: number): number => Number((Math.max(0, ms) / 1_000).toFixed(ms < 10_000 ? 1 : 0));

const EN: Words = {
  scenarioBy: ({ scenarioBy, route }) =>
    ({
      header: 'the header x-qcc-scenario',
      route: `route ${route}`,
      request: 'what the request asks for',
    })[scenarioBy],
  chosen: ({ why, endpoint: { priority, weight } }) =>
    ({
      priority: `priority ${priority}: the lowest goes first`,
      weighted: `its turn, by weight ${weight}`,
      round_robin: 'its last turn is longest ago',
      random: `drawn, by weight ${weight}: the next draw may differ`,
      least_connections: 'the fewest requests in flight',
      fastest: 'the fastest just now',
      session: 'the session stays with it',
      unmeasured: 'not measured yet, so it is tried first',
      'longest-edge': 'each is expected to cut such an answer; this one allows most',
      'only-one-left': 'the only one left that is as good',
      'tried-again': 'asked again after all the others',
      'least-bad': 'out of service, yet asked, since nothing better is left',
    })[why],
  out: (out, protocol, now) => {
    switch (out.kind) {
      case 'disabled':
        return 'disabled';
      case 'other-protocol':
        return `does not speak ${protocol}`;
      case 'failed':
        return out.nextCheckAt === undefined
          ? 'in the failure queue, being verified now'
          : `in the failure queue, next check in ${seconds(out.nextCheckAt - now)} s`;
      case 'cooling':
        return `cooling after a rate limit, for ${seconds(out.until - now)} s more`;
      case 'full':
        return Number.isFinite(out.opensInMs)
          ? `at its rate limit, open again in ${seconds(out.opensInMs)} s`
          : 'at its limit of requests at once';
    }
  },
  cuts: ({ short, allowedMs, expectedMs, by }) => {
    const whose = {
      edge: 'its edge',
      'learned-edge': 'its edge (learned from cuts)',
      max_duration: 'max_duration',
    }[by];
    const what = short === 'silence' ? 'of silence' : 'in all';
    return `${whose} allows ${seconds(allowedMs)} s ${what}, and ${seconds(expectedMs)} s are expected`;
  },
  join: '; ',
};

const ZH: Words = {
  scenarioBy: ({ scenarioBy, route }) =>
    ({ header: '请求头 x-qcc-scenario', route: `路由 ${route}`, request: '请求本身的参数' })[scenarioBy],
  chosen: ({ why, endpoint: { priority, weight } }) =>
    ({
      priority: `优先级 ${priority}，数值最小者优先`,
      weighted: `按权重 ${weight} 轮到它`,
      round_robin: '距上次轮到它最久',
      random: `按权重 ${weight} 随机抽取，下次可能不同`,
      least_connections: '进行中的请求最少',
      fastest: '目前最快',
      session: '会话固定在它上面',
      unmeasured: '尚无测量数据，先试它',
      'longest-edge': '预计都会掐断此类应答，它允许的时间最长',
      'only-one-left': '同等条件下只剩它',
      'tried-again': '其它都试过之后再试它',
      'least-bad': '暂时停用，但没有更好的选择，仍会尝试',
    })[why],
  out: (out, protocol, now) => {
    switch (out.kind) {
      case 'disabled':
        return '已禁用';
      case 'other-protocol':
        return `不支持 ${protocol}`;
      case 'failed':
        return out.nextCheckAt === undefined
          ? '在失败队列中，正在验证'
          : `在失败队列中，${seconds(out.nextCheckAt - now)} 秒后检查`;
      case 'cooling':
        return `限流冷却中，还剩 ${seconds(out.until - now)} 秒`;
      case 'full':
        return Number.isFinite(out.opensInMs)
          ? `已达速率限额，${seconds(out.opensInMs)} 秒后恢复`
          : '已达并发上限';
    }
  },
  cuts: ({ short, allowedMs, expectedMs, by }) => {
    const whose = {
      edge: '其边缘节点',
      'learned-edge': '其边缘节点（从历次掐断中学到）',
      max_duration: 'max_duration ',
    }[by];
    const what = short === 'silence' ? '静默' : '总时长';
    return `${whose}只允许${what} ${seconds(allowedMs)} 秒，预计需要 ${seconds(expectedMs)} 秒`;
  },
  join: '；',
};

/** What a what-if says, in both languages. */
export const WHAT_IF_WORDS: Readonly<Record<Language, Words>> = { en: EN, zh: ZH };
