import type { Choice, ChooseRequest, Fleet } from '../cluster/cluster.ts';
import { PROTOCOLS } from '../domain/protocol.ts';
import type { JournalEnd } from '../journal/journal.ts';
import type { Step } from '../plan/plan.ts';
import type { Exchange } from './life.ts';

export type LastStep = Step & { kind: 'deliver' | 'give-up' };

/** How the answer ends with an exchange's last step. `tellable`: an error event can follow what there is of it. */
export function endOf({ journal }: Exchange, step: LastStep, tellable: boolean): JournalEnd {
  if (step.kind === 'deliver') return { kind: 'complete' };
  return journal.head
    ? { kind: 'broken', error: step.error, tellable }
    : { kind: 'refused', error: step.error };
}

/** Paths that all protocols have in common (`/v1/models`) go to whichever endpoint there is. */
export function chooseFor(asked: ChooseRequest, fleet: Fleet, now: number, random: () => number): Choice {
  const choice = fleet.choose(asked, now, random);
  if (choice.kind !== 'none' || asked.operation !== 'pass') return choice;
  for (const protocol of PROTOCOLS) {
    const other = fleet.choose({ ...asked, protocol }, now, random);
    if (other.kind !== 'none') return other;
  }
  return choice;
}
