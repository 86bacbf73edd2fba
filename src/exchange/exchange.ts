export { type Attendance, attend, type ClientPorts } from './client.ts';
export {
  createExchanges,
  type Dropped,
  type Exchanges,
  type ExchangesPorts,
  type Seat,
} from './exchanges.ts';
export { edgeOf, followOptions } from './follow-options.ts';
export { type Exchange, keyOf } from './life.ts';
export { type AnswerShelf, type RunnerPorts, runExchange } from './run.ts';
export { offerTicket, redeemTicket, ticketOf } from './ticket.ts';
