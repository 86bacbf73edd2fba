import { CATALOGUE, type ErrorCode, type Language } from './catalogue.ts';

/** Words for the `{…}` places of a catalogue text. Never secrets. */
export type ErrorWords = Readonly<Record<string, string | number>>;

/** An error of the gateway's own: a value, shaped for the client by its protocol. */
export interface GatewayError {
  readonly code: ErrorCode;
  readonly status: number;
  readonly words: ErrorWords;
  readonly retryHelps: boolean;
  /** Sent as `retry-after`, in ms. */
  readonly retryAfterMs?: number;
  /** Sent as the body, instead of the text: an upstream's own words. */
  readonly verbatim?: { readonly contentType: string; readonly body: Buffer };
}

/** Builds an error from the catalogue. */
export function gatewayError(
  code: ErrorCode,
  words: ErrorWords = {},
  more: Partial<Pick<GatewayError, 'status' | 'retryAfterMs' | 'retryHelps' | 'verbatim'>> = {},
): GatewayError {
  const { status, retryHelps } = CATALOGUE[code];
  return { code, status, words, retryHelps, ...more };
}

/** The error in words, for people. Unknown places stay visible, so that a test can find them. */
export function errorText(error: GatewayError, language: Language = 'en'): string {
  return CATALOGUE[error.code][language].replace(/\{(\w+)\}/g, (place, word: string) =>
    String(error.words[word] ?? place),
  );
}
