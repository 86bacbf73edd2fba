export { fateOf } from './departure.ts';
export { cancelExchange, type Exchange, keyOf, STREAM_BYTES_PER_TOKEN } from './exchange.ts';
export {
  createExchanges,
  type Dropped,
  type Exchanges,
  type ExchangesPorts,
  type Seat,
} from './exchanges.ts';
export { follow } from './follow.ts';
export { edgeOf, followOptions } from './follow-options.ts';
export type { Followed } from './followed.ts';
export type { JournalEnd } from './journal.ts';
export { createPump } from './pump.ts';
export { refuse } from './refuse.ts';
export { storedAnswerOf } from './stored.ts';
export { offerTicket, redeemTicket, ticketOf } from './ticket.ts';
