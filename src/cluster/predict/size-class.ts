/** Upper bounds of the request's size; the prompt is what is read before the first event. */
const REQUEST_BYTES = [64 * 1024, 512 * 1024];
/** Upper bounds of what may be written, in tokens. */
const MAX_TOKENS = [1_024, 8_192, 32_768];

/** How many classes of `max_tokens` there are: not said, within each bound, over all. */
const TOKEN_CLASSES = MAX_TOKENS.length + 2;

const classWithin = (bounds: readonly number[], value: number): number => {
  const at = bounds.findIndex((bound) => value <= bound);
  return at < 0 ? bounds.length : at;
};

/**
 * Requests of one class take about as long, all else equal. Coarse on purpose (15 classes): each has to see five
 * calls before it is believed.
 */
export function sizeClassOf(requestBytes: number, maxTokens?: number): number {
  const tokens = maxTokens === undefined ? 0 : 1 + classWithin(MAX_TOKENS, maxTokens);
  return classWithin(REQUEST_BYTES, requestBytes) * TOKEN_CLASSES + tokens;
}

/** The class of `max_tokens` in a size class: 0 = not said, then up to 1k, 8k, 32k, and more. */
export const tokenClassOf = (sizeClass: number): number => sizeClass % TOKEN_CLASSES;
