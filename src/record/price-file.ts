import { readFileSync, statSync } from 'node:fs';
import { builtInPrices, overlayPrices, type PriceBook } from './price.ts';

/** A stat costs 5 µs: not for every request. */
const LOOK_EVERY_MS = 5_000;

/**
 * List prices, overlaid with a file where there is one; read anew where it has changed. What can't be read or
 * understood is told once for each change, and the prices known before stay. `now`: ms, of any clock.
 */
export function pricesIn(
  file: string,
  now: () => number,
  onProblem: (detail: string) => void,
): () => PriceBook {
  const listed = builtInPrices();
  let book = listed;
  let readAt: number | undefined;
  let lookAt = Number.NEGATIVE_INFINITY;

  function read(): void {
    const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
    if (mtimeMs === readAt) return;
    readAt = mtimeMs;
    if (mtimeMs === 0) {
      book = listed;
      return;
    }
    const overlaid = overlayPrices(listed, readFileSync(file, 'utf8'));
    if (overlaid.ok) book = overlaid.value;
    else
      onProblem(
        `${file}${overlaid.error.line === undefined ? '' : `:${overlaid.error.line}`}: ${overlaid.error.detail}`,
      );
  }

  return () => {
    if (now() < lookAt) return book;
    lookAt = now() + LOOK_EVERY_MS;
    try {
      read();
    } catch (error) {
      onProblem(`${file}: ${(error as Error).message}`);
    }
    return book;
  };
}
