import type { StoredAnswer } from '../domain/ledger.ts';
import type { Store } from './store.ts';

/** Bodies kept, in all; beyond, the oldest go. */
const MEMORY_ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** Kept answers and named states without a disk. */
export function memoryAnswers(): Pick<
  Store,
  'saveAnswer' | 'loadAnswer' | 'loadAnswerByKey' | 'saveState' | 'loadState'
> {
  const answers = new Map<string, StoredAnswer>();
  const states = new Map<string, string>();

  function bound(): void {
    const now = Date.now();
    let bytes = 0;
    for (const { id, body, expiresAt } of [...answers.values()].reverse()) {
      bytes += body.length;
      if (bytes > MEMORY_ANSWER_BYTES_MAX || expiresAt <= now) answers.delete(id);
    }
  }

  function given(answer: StoredAnswer | undefined): StoredAnswer | undefined {
    if (answer === undefined) return undefined;
    if (answer.expiresAt > Date.now()) return { ...answer, body: Buffer.from(answer.body) };
    answers.delete(answer.id);
    return undefined;
  }

  const byKey = (key: string) => [...answers.values()].find((answer) => answer.key === key);

  return {
    saveAnswer(answer) {
      const sameKey = answer.key === undefined ? undefined : byKey(answer.key);
      if (sameKey !== undefined) answers.delete(sameKey.id);
      answers.delete(answer.id);
      answers.set(answer.id, { ...answer, headers: [...answer.headers], body: Buffer.from(answer.body) });
      bound();
    },
    loadAnswer: async (id) => given(answers.get(id)),
    loadAnswerByKey: async (key) => given(byKey(key)),
    saveState(name, json) {
      states.set(name, json);
    },
    loadState: async (name) => states.get(name),
  };
}
