/** A duration, to the millisecond. */
export const ms = (value: number): string => `${Math.round(value)}ms`;

/** A longer duration given in ms, in whole seconds, rounded up. */
export const seconds = (value: number): string => `${Math.ceil(value / 1000)}s`;

/** ` (a, b)` of the words that are there; nothing where none is. */
export function inParens(a: string | undefined, b: string | undefined): string {
  if (a === undefined) return b === undefined ? '' : ` (${b})`;
  return b === undefined ? ` (${a})` : ` (${a}, ${b})`;
}
