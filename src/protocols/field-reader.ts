import { type Body, textOf } from '../domain/body.ts';
import type { JsonField } from './body-scan.ts';
import { fieldValue, findField } from './json-field.ts';

/** Top-level members of a JSON body, read one by one without parsing it whole. */
export interface FieldReader {
  /** The parsed value; undefined where absent, broken, or larger than 64 KiB. */
  value(key: string): unknown;
  /** Whether the member is an array, of any size. */
  isArray(key: string): boolean;
  has(key: string): boolean;
}

/** @param fields what `scanObject` found in this very body */
export function createFieldReader(body: Body | Uint8Array, fields: readonly JsonField[]): FieldReader {
  return new BodyFields(body, fields);
}

class BodyFields implements FieldReader {
  readonly #body: Body | Uint8Array;
  readonly #fields: readonly JsonField[];

  constructor(body: Body | Uint8Array, fields: readonly JsonField[]) {
    this.#body = body;
    this.#fields = fields;
  }

  value(key: string): unknown {
    return fieldValue(this.#body, this.#fields, key);
  }

  isArray(key: string): boolean {
    const field = findField(this.#fields, key);
    return field !== undefined && textOf(this.#body, field.start, field.start + 1) === '[';
  }

  has(key: string): boolean {
    return findField(this.#fields, key) !== undefined;
  }
}
