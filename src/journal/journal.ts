export type { Beat } from './beat.ts';
export { Journal, type JournalEnd } from './chunks.ts';
export { follow } from './follow.ts';
export type { Followed, FollowOptions } from './followed.ts';
export { createPump } from './pump.ts';
export { refuse } from './refuse.ts';
