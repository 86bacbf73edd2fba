export type { Beat } from './beat.ts';
export { type Departure, type Fate, fateOf, wasCut } from './departure.ts';
export { cancelExchange, type Exchange, keyOf } from './exchange.ts';
export {
  createExchanges,
  type Dropped,
  type Exchanges,
  type ExchangesPorts,
  type Seat,
} from './exchanges.ts';
export { type Followed, type FollowOptions, follow } from './follow.ts';
export { Journal, type JournalEnd } from './journal.ts';
export { createPump, type PumpOptions } from './pump.ts';
export { refuse } from './refuse.ts';
export { storedAnswerOf } from './stored.ts';
export { offerTicket, redeemTicket, ticketOf } from './ticket.ts';
