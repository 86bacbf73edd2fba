import { fail, ok, type Result } from '../domain/result.ts';
import type { Screen } from './screen.ts';

/** What can be called by its id, the beginning of its id, or its name. */
export interface Named {
  readonly id: string;
  readonly name?: string;
}

export type NotChosen<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly among: readonly T[] };

/** The one that `word` means: a whole id goes before a name, a name before the beginning of an id. */
export function choose<T extends Named>(all: readonly T[], word: string): Result<T, NotChosen<T>> {
  const ways: readonly ((one: T) => boolean)[] = [
    ({ id }) => id === word,
    ({ name }) => name === word,
    ({ id }) => word !== '' && id.startsWith(word.toLowerCase()),
  ];
  for (const way of ways) {
    const fitting = distinct(all.filter(way));
    if (fitting.length > 1) return fail({ kind: 'several', among: fitting });
    if (fitting[0]) return ok(fitting[0]);
  }
  return fail({ kind: 'none' });
}

/** An endpoint that is in two clusters is one endpoint. */
function distinct<T extends Named>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [one.id, one])).values()];
}

/** The same for endpoints; says what is wrong and gives undefined where it is none or several. */
export function chooseEndpoint<T extends Named>(
  screen: Screen,
  all: readonly T[],
  word: string,
): T | undefined {
  const chosen = choose(all, word);
  if (chosen.ok) return chosen.value;
  screen.fail(
    chosen.error.kind === 'none'
      ? screen.text('noSuchEndpoint', { word })
      : screen.text('severalEndpoints', {
          word,
          among: chosen.error.among.map(({ id, name }) => `${id} (${name ?? '-'})`).join(', '),
        }),
  );
  return undefined;
}
