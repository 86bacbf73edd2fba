export { type Attendance, attend, type ClientPorts } from './client.ts';
export { createExchanges, type Exchanges } from './exchanges.ts';
export { edgeOf, followOptions } from './follow-options.ts';
export { type Exchange, keyOf } from './life.ts';
export { runExchange } from './run.ts';
export type { AnswerShelf, RunnerPorts } from './runner-ports.ts';
export type { Seat } from './seat.ts';
export { offerTicket, redeemTicket, ticketOf } from './ticket.ts';
