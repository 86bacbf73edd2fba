export { cancelExchange, createExchanges, type Exchange, type Exchanges, type Seat } from './exchanges.ts';
export { type Followed, type FollowOptions, follow } from './follow.ts';
export { Journal, type JournalEnd } from './journal.ts';
export { createPump, type PumpOptions } from './pump.ts';
export { refuse } from './refuse.ts';
