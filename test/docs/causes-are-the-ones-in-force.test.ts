import { describe, expect, it } from 'vitest';
import { FAILURES, type Failure } from '../../src/domain/failure.ts';
import { read } from './documents.ts';

const CIRCUIT: Readonly<Record<Failure['circuit'], string>> = {
  counts: 'counts',
  opens: 'opens it at once',
  cools: 'cools down',
  spares: 'nothing',
};
const RETRY: Readonly<Record<Failure['retry'], string>> = {
  anywhere: 'there, or elsewhere',
  elsewhere: 'elsewhere',
  nowhere: 'no',
};

/** `likely; none before it was sent`, `possible; none for 521, 523`. */
function riskOf({ chargeRisk, freeUnsent, riskOf: byStatus = {} }: Failure): string {
  const statuses = new Map<string, string[]>();
  for (const [status, risk] of Object.entries(byStatus))
    statuses.set(risk, [...(statuses.get(risk) ?? []), status]);
  const more = [...statuses].map(([risk, all]) => `${risk} for ${all.join(', ')}`);
  return [chargeRisk, ...(freeUnsent ? ['none before it was sent'] : []), ...more].join('; ');
}

describe('the causes in docs/ledger.md', () => {
  const rows = read('docs/ledger.md')
    .split('\n')
    .slice(
      read('docs/ledger.md')
        .split('\n')
        .indexOf('| cause | what it is | charge risk | circuit | asked again |') + 2,
    )
    .slice(0, Object.keys(FAILURES).length + 1)
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  it('are those of the table of failures, in its order, with what follows from each', () => {
    expect(rows.map(([cause, , ...rest]) => [cause, ...rest])).toEqual(
      Object.entries(FAILURES).map(([cause, row]) => [
        `\`${cause}\``,
        riskOf(row),
        CIRCUIT[row.circuit],
        RETRY[row.retry],
      ]),
    );
  });

  it('are told in words', () => {
    for (const [cause, what] of rows) expect([cause, what]).toEqual([cause, expect.stringMatching(/.{4}/)]);
  });
});

it.each(Object.keys(FAILURES))('the dashboard has words for %s, in both languages', (cause) => {
  const words = read('dashboard/src/frame/causes.ts').match(new RegExp(`^ {4}'?${cause}'?: '.{2,}',$`, 'gm'));
  expect(words).toHaveLength(2);
});
