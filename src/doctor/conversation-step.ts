import { isPage, saidIn } from './error-text.ts';
import { inWords, rounded } from './figures.ts';
import { textOf } from './heard.ts';
import { type Complaint, type Finding, type Step, withComplaints } from './step.ts';
import { isNotServed, talkOf } from './talk.ts';
import type { Talk } from './talked.ts';
import type { Say } from './texts.ts';

type Words = { readonly what: string; readonly fix: string };

/** A status that is no success, in words. */
function ofStatus(status: number, said: string, page: boolean, time: string, say: Say): Words | undefined {
  if (status === 401 || status === 403)
    return { what: say('talkKey', { status, said }), fix: say('keyRefusedFix') };
  if (status === 402) return { what: say('keyNoMoney', { said }), fix: say('keyNoMoneyFix') };
  if (status === 429 || status === 529)
    return { what: say('talkLimited', { status, said }), fix: say('talkLimitedFix') };
  if (status === 524 || (status === 504 && page))
    return { what: say('talkEdge', { status, time }), fix: say('talkEdgeFix') };
  if (status >= 500) return { what: say('talkServer', { status, said }), fix: say('talkServerFix') };
  if (status >= 300) return { what: say('talkRejected', { status, said }), fix: say('talkRejectedFix') };
  return undefined;
}

/** Why there is no answer with the code; undefined: there is. */
function trouble(talk: Talk, said: string, page: boolean, say: Say): Words | undefined {
  const { heard, text, notAnswer, code, protocol } = talk;
  const time = inWords(heard.totalMs);
  if (heard.failure) {
    const { timedOut, detail } = heard.failure;
    return timedOut
      ? { what: say('talkTimeout', { time }), fix: say('talkTimeoutFix') }
      : { what: say('talkBroken', { time, detail }), fix: say('talkBrokenFix') };
  }
  if (isNotServed(talk)) return { what: say('talkNoPath', { protocol, said }), fix: say('talkNoPathFix') };
  const refused = ofStatus(heard.status ?? 0, said, page, time, say);
  if (refused !== undefined) return refused;
  if (notAnswer !== undefined) {
    const title = said === '–' ? '' : ` (“${said}”)`;
    const what = page ? say('talkPage', { title }) : say('talkNotApi', { detail: notAnswer });
    return { what, fix: say('talkNotApiFix') };
  }
  const repeated = (text ?? '').toUpperCase().includes(code);
  return repeated ? undefined : { what: say('talkWrongCode'), fix: say('talkWrongCodeFix') };
}

/** `answered`: the body's text, free of secrets. */
export function judgeConversation(talk: Talk, answered: string, say: Say): Finding {
  const { protocol, sentModel, heard, notServed } = talk;
  const page = isPage(answered);
  const found = trouble(talk, saidIn(answered) || '–', page, say);
  const complaints: Complaint[] = [];
  if (found !== undefined) complaints.push({ severity: 'bad', ...found });
  else if (notServed.length > 0) {
    complaints.push({
      severity: 'warning',
      what: say('talkOtherProtocol', { notServed: notServed.join(', '), served: protocol }),
      fix: say('talkOtherProtocolFix'),
      config: `protocols: [${protocol}]`,
    });
  }
  return withComplaints(complaints, {
    summary: complaints[0]?.what ?? say('talkFine', { model: sentModel, time: inWords(heard.totalMs) }),
    details: [say('talkAsked', { protocol, model: sentModel })],
    data: { protocol, model: sentModel, status: heard.status, tookMs: rounded(heard.totalMs) },
  });
}

export const conversationStep: Step = {
  name: 'conversation',
  needs: ['model'],
  async look(visit) {
    const talk = await talkOf(visit);
    return judgeConversation(talk, textOf(talk.heard, visit.endpoint), visit.say);
  },
};
