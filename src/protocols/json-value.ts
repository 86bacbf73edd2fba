/** A parsed JSON object of unknown content. */
export type JsonObject = Record<string, unknown>;

export const asObject = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

export const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const asString = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** A count: finite and not negative. */
export const asCount = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

const OBJECT_START = /^[ \t\r\n]*\{/;

/** The object that `text` is the JSON of; undefined for anything else. */
export function parseObject(text: string): JsonObject | undefined {
  // What is thrown costs more than all else here, and text that is no object is ordinary.
  if (!OBJECT_START.test(text)) return undefined;
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The same object without the members whose value is undefined, as exact optional properties want it. */
export function compact<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  const said: Record<string, unknown> = {};
  for (const key in value) if (value[key] !== undefined) said[key] = value[key];
  return said as T;
}
