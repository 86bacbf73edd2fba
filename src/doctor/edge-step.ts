import type { Edge } from '../domain/endpoint.ts';
import { KNOWN_EDGES } from './edge-marks.ts';
import { configDuration, inWords } from './figures.ts';
import { type Complaint, type Finding, type Learned, type Step, withComplaints } from './step.ts';
import type { Say } from './texts.ts';

/** What a vendor's API puts on its own answers, through whatever edge. */
const cutText = (cuts: Edge, say: Say): string =>
  [
    ...(cuts.silenceMs === undefined ? [] : [say('edgeSilence', { time: inWords(cuts.silenceMs) })]),
    ...(cuts.totalMs === undefined ? [] : [say('edgeTotal', { time: inWords(cuts.totalMs) })]),
  ].join(', ');

const edgeLine = ({ silenceMs, totalMs }: Edge): string => {
  const parts = [
    ...(silenceMs === undefined ? [] : [`silence: ${configDuration(silenceMs)}`]),
    ...(totalMs === undefined ? [] : [`total: ${configDuration(totalMs)}`]),
  ];
  return `edge: { ${parts.join(', ')} }`;
};

/** Who left marks in these answers, in the order of the list of those known. */
export function edgesIn(
  answers: Learned['answers'],
): { readonly name: string; readonly mark: string; readonly cuts?: Edge }[] {
  return KNOWN_EDGES.flatMap(({ name, mark, cuts }) => {
    for (const { headers, text } of answers) {
      const found = mark(headers, text);
      if (found !== undefined) return [{ name, mark: found, ...(cuts === undefined ? {} : { cuts }) }];
    }
    return [];
  });
}

export function judgeEdge(answers: Learned['answers'], configured: Edge | undefined, say: Say): Finding {
  const found = edgesIn(answers);
  const complaints: Complaint[] = [];
  if (answers.some(({ headers }) => /challenge/i.test(headers['cf-mitigated'] ?? ''))) {
    complaints.push({ severity: 'bad', what: say('edgeChallenge'), fix: say('edgeChallengeFix') });
  }
  const details = found.map(({ name, mark, cuts }) =>
    say(cuts === undefined ? 'edgeMarkNoCut' : 'edgeMark', {
      name,
      mark,
      cuts: cuts ? cutText(cuts, say) : '',
    }),
  );
  const cutting = found.find(({ cuts }) => cuts !== undefined);
  if (cutting?.cuts !== undefined && configured === undefined) {
    details.push(say('edgeConfigure', { line: edgeLine(cutting.cuts) }));
  }
  const names = found.map(({ name }) => name).join(', ');
  const summary = complaints[0]?.what ?? (found.length === 0 ? say('edgeNone') : say('edgeFound', { names }));
  return withComplaints(complaints, { summary, details, data: { edges: found } });
}

export const edgeStep: Step = {
  name: 'edge',
  needs: ['http'],
  look: async ({ learned, endpoint, say }) => judgeEdge(learned.answers, endpoint.edge, say),
};
