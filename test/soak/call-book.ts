import { OWN_CLIENT } from '../../src/domain/ledger.ts';
import { Books, type Tally } from '../../src/simulator/books.ts';
import { ScriptBook } from '../../src/simulator/script-book.ts';
import type { SimulatorScript } from '../../src/simulator/simulator.ts';

/** One upstream call as the simulator saw it: whose it was, what it was told to do, and what became of it. */
export interface SimulatedCall {
  readonly endpointKey: string;
  /** Name of the client, from its prompt; the gateway's own, for a verification. */
  readonly client: string;
  readonly at: number;
  script: SimulatorScript | undefined;
  charged: boolean;
  finished: boolean;
  cancelled: boolean;
  rejected: boolean;
}

const CLIENT = /I am (c\d+x\d)\b/;

/**
 * Notes each generation call of all simulators of this process. Their own counts are sums; to hold them against
 * the ledger row by row, the fate of each is needed.
 */
export function bookCalls(): readonly SimulatedCall[] {
  const calls: SimulatedCall[] = [];
  let arrived = { client: OWN_CLIENT, at: 0 };
  const { record, tally } = Books.prototype;
  const { take } = ScriptBook.prototype;
  Books.prototype.record = function (call) {
    arrived = { client: CLIENT.exec(call.body.toString('utf8', 0, 2_000))?.[1] ?? OWN_CLIENT, at: call.at };
    record.call(this, call);
  };
  Books.prototype.tally = function (key): Tally {
    const own = tally.call(this, key);
    const fate = { script: undefined, charged: false, finished: false, cancelled: false, rejected: false };
    const call: SimulatedCall = { endpointKey: key, ...arrived, ...fate };
    calls.push(call);
    return {
      add(what) {
        if (what !== 'started') call[what] = true;
        own.add(what);
      },
    };
  };
  ScriptBook.prototype.take = function (header) {
    const taken = take.call(this, header);
    const call = calls.at(-1);
    if (call && taken.ok) call.script = taken.value;
    return taken;
  };
  return calls;
}
