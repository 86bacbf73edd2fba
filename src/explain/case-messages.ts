import type { Message } from './wording.ts';

/** What happened, and what would have prevented it. */
export interface CaseMessages {
  readonly what: Message;
  readonly fix: Message;
  /** In its place where the cluster has other endpoints: to give it a second one is no advice then. */
  readonly among?: Message;
}

/** The advice where one endpoint fails by itself. */
export const SECOND_ENDPOINT = {
  fix: {
    en: 'Give the cluster a second endpoint: QCC goes on there at once.',
    zh: '给集群再配一个 endpoint，出错时 QCC 会立即切换过去。',
  },
  among: {
    en: 'If {endpoint} goes on like this, put it behind the other endpoints of its cluster; `qcc doctor {endpoint}` shows how it is now.',
    zh: '如果 {endpoint} 一直如此，把它排到集群中其它 endpoint 之后；`qcc doctor {endpoint}` 可查看它的现状。',
  },
} as const satisfies Pick<CaseMessages, 'fix' | 'among'>;
