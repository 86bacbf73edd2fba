export { Journal } from './answer-journal.ts';
export { follow } from './follow.ts';
export type { Beat, Followed, FollowOptions } from './followed.ts';
export { createPump, type Pump } from './pump.ts';
export type { JournalEnd } from './reading.ts';
export { refuse } from './refuse.ts';
