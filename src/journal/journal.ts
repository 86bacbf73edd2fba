export { Journal, type JournalEnd } from './answer-journal.ts';
export { follow } from './follow.ts';
export type { Beat, Followed, FollowOptions } from './followed.ts';
export { createPump, type Pump } from './pump.ts';
export { refuse } from './refuse.ts';
