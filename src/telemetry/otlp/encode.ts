/** Pieces of OTLP in its JSON form (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). */

export type AttributeValue =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly boolValue: boolean };

export interface KeyValue {
  readonly key: string;
  readonly value: AttributeValue;
}

/** Pairs, not an object: one of twenty dotted names costs ten times as much to make. */
export type Attributes = readonly (readonly [key: string, value: string | number | boolean | undefined])[];

const TEXT_MAX_CHARS = 1_000;

/** Undefined ones are left out. Whole numbers are ints, which JSON holds as text; texts are bounded. */
export function attributes(values: Attributes): KeyValue[] {
  const list: KeyValue[] = [];
  for (const [key, value] of values) {
    if (value === undefined) continue;
    list.push({ key, value: attributeValue(value) });
  }
  return list;
}

function attributeValue(value: string | number | boolean): AttributeValue {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: value.slice(0, TEXT_MAX_CHARS) };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Milliseconds since the epoch as the nanoseconds OTLP wants: a number could not hold them. */
export function nanos(ms: number): string {
  const whole = Math.floor(ms);
  const rest = Math.min(999_999, Math.round((ms - whole) * 1e6));
  return `${whole}${String(rest).padStart(6, '0')}`;
}

/** What every message says of its sender. */
export interface Sender {
  readonly resource: { readonly attributes: readonly KeyValue[] };
  readonly scope: { readonly name: string; readonly version: string };
}

export function senderOf(resource: Attributes, version: string): Sender {
  return {
    resource: { attributes: attributes([['service.version', version], ...resource]) },
    scope: { name: 'qcc', version },
  };
}
