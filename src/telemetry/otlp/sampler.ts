/** Names as in OTEL_TRACES_SAMPLER. */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export interface Sampler {
  readonly name: (typeof SAMPLERS)[number];
  /** Share of the traces that `traceidratio` keeps, 0…1. */
  readonly ratio: number;
}

/** Whether a trace is kept. `parentSampled`: what the client says; undefined = it said nothing. */
export function samples(
  { name, ratio }: Sampler,
  traceId: string,
  parentSampled: boolean | undefined,
): boolean {
  if (name.startsWith('parentbased_') && parentSampled !== undefined) return parentSampled;
  if (name.endsWith('always_on')) return true;
  if (name.endsWith('always_off')) return false;
  // The last 7 bytes are the random ones (W3C trace context, level 2); 6 of them are exact in a number.
  return Number.parseInt(traceId.slice(-12), 16) < ratio * 2 ** 48;
}
