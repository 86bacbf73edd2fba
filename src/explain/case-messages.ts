import type { Message } from './wording.ts';

/** What happened, and what would have prevented it. */
export interface CaseMessages {
  readonly what: Message;
  readonly fix: Message;
}

export const SECOND_ENDPOINT: Message = {
  en: 'Give the cluster a second endpoint: QCC goes on there at once.',
  zh: '给集群再配一个 endpoint，出错时 QCC 会立即切换过去。',
};
