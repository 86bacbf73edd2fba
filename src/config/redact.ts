/** Words whose value is taken for a secret, as a key of any spelling: api_key, apiKey, x-api-key, … */
const SECRET_WORDS =
  /((?:(?<![\w-])[\w-]*(?:key|token|secret|password|passwd|authorization|cookie|proxy|webhook))["']?\s*[:=]\s*)(\S.*)$/i;
/** Tokens as vendors make them. */
const VENDOR_TOKEN = /\b(?:sk|pk|rk|key|xai|gsk|ghp)[-_][\w-]{4,}/gi;
/** A long run of letters and digits without a break: too long for a name, about right for a key. */
const LONG_RUN = /[A-Za-z0-9+=]{16,}|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
/** `user:password@` in a URL. */
const USER_INFO = /(:\/\/)[^/@\s]+@/g;

const stars = (text: string): string => '*'.repeat(text.length);
const hasDigit = (text: string): boolean => /\d/.test(text);

/** Everything but references: `${NAME}` and `file:…` say where a secret is, not what it is. */
function starsAroundReferences(text: string): string {
  if (/^["']?file:/.test(text)) return text;
  return text
    .split(/(\$\{\w+\})/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[^\s"'{}[\],]+/g, stars)))
    .join('');
}

/**
 * A line of configuration fit to be shown: whatever may be a secret becomes `*`, at the same length, so
 * that a caret under it still points at the right place. Rather hides too much than too little.
 */
export function maskSecrets(line: string): string {
  return line
    .replace(SECRET_WORDS, (_, key: string, value: string) => key + starsAroundReferences(value))
    .replace(USER_INFO, (match, slashes: string) => `${slashes}${stars(match.slice(slashes.length + 1))}@`)
    .replace(VENDOR_TOKEN, stars)
    .replace(LONG_RUN, (run) => (hasDigit(run) ? stars(run) : run));
}
