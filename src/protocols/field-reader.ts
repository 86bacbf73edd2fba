import { fieldValue, findField, type JsonField } from './json-scan.ts';

/** Top-level members of a JSON body, read one by one without parsing it whole. */
export interface FieldReader {
  /** The parsed value; undefined where absent, broken, or larger than 64 KiB. */
  value(key: string): unknown;
  /** Whether the member is an array, of any size. */
  isArray(key: string): boolean;
  has(key: string): boolean;
}

const OPEN_BRACKET = 0x5b;

/** @param fields what `scanObject` found in this very body */
export function createFieldReader(body: Uint8Array, fields: readonly JsonField[]): FieldReader {
  return {
    value: (key) => fieldValue(body, fields, key),
    isArray: (key) => body[findField(fields, key)?.start ?? -1] === OPEN_BRACKET,
    has: (key) => findField(fields, key) !== undefined,
  };
}
