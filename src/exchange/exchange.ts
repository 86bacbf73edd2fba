export { fateOf } from './departure.ts';
export {
  createExchanges,
  type Dropped,
  type Exchanges,
  type ExchangesPorts,
  type Seat,
} from './exchanges.ts';
export { edgeOf, followOptions } from './follow-options.ts';
export { type AnswerShelf, type RunnerPorts, runExchange } from './run-exchange.ts';
export { cancelExchange, type Exchange, keyOf, STREAM_BYTES_PER_TOKEN } from './state.ts';
export { offerTicket, redeemTicket, ticketOf } from './ticket.ts';
