/** What a refusal is about. Only what is about the credential speaks against the endpoint's key. */
export type Subject =
  | 'credential' // key, account, balance: every call of this endpoint meets it
  | 'model' // this one is not there, or not for this key
  | 'feature' // a beta, a scope, a tool that this key lacks
  | 'content' // moderation
  | 'request' // its size, its client, its form
  | 'place'; // the country or address that is asked from

/**
 * Vendors' and relays' ways of saying so, read from top to bottom: the first that fits decides. Telling codes stand
 * before words, words of a model that a key lacks before those of the key, since "key not allowed to access model" is
 * about the model. All repeats are bounded, so that no text makes them slow.
 */
const ROWS: readonly (readonly [Subject, RegExp])[] = [
  // OpenAI's and new-api's code; LiteLLM's for keys, teams and users.
  ['model', /model_not_found|_model_access_denied|model_not_allowed|no_model_access/],
  [
    'model',
    /not allowed to access model|can only access models|no access to (the )?model|have access to (the |this )?model/,
  ],
  [
    'model',
    /model .{0,120}?(does not exist|not exist|not found|not supported|not available|unavailable|not allowed|not enabled|no access)/,
  ],
  [
    'model',
    /no (available )?(channel|deployment|provider)s?\b.{0,60}?\bmodel|no such model|unknown model|to use (the |this )?model/,
  ],
  ['model', /模型.{0,80}?(不存在|未找到|不支持|无可用|无权|未开通)|(无权|未开通|不支持).{0,40}?模型/],
  // An account that is closed for what it was used for is closed.
  [
    'credential',
    /(account|organization|project|user|key|token).{0,60}?(disabled|suspended|deactivated|banned|terminated|revoked|expired|closed)/,
  ],
  ['credential', /(账号|账户|用户|令牌|密钥).{0,40}?(封禁|停用|禁用|冻结|过期|无效)/],
  [
    'credential',
    /(invalid|incorrect|wrong|missing|malformed|bad|unknown|no) .{0,30}?(api.?key|token|credential|authorization)|invalid_api_key/,
  ],
  // OpenRouter's 402 of a key that can pay for less than was asked for.
  [
    'request',
    /can only afford|fewer max_tokens|context.length|(prompt|input|request).{0,40}?(too (long|large|big))/,
  ],
  [
    'credential',
    /insufficient.{0,30}?(balance|credit|quota|fund)|billing|payment|余额|额度|欠费|insufficient_quota/,
  ],
  [
    'place',
    /unsupported_country|(country|region|territory|location).{0,60}?not (supported|available|allowed)|not (supported|available|allowed) in your (country|region|location)|(地区|国家|ip).{0,20}?(不支持|受限|限制)/,
  ],
  [
    'content',
    /content_policy|content.?filter|moderation|content management policy|data_?inspection_?failed|safety system|(input|prompt|message|content|chat).{0,60}?flagged|敏感|违规/,
  ],
  [
    'feature',
    /missing scopes|\bbeta\b|(feature|tool|capability|endpoint|streaming).{0,60}?not (supported|available|allowed|enabled|permitted)|have access to (this |the )?(feature|tool|capability)/,
  ],
  // Relays that serve one vendor's own client alone.
  [
    'request',
    /only .{0,60}?(claude code|codex|official client)|仅(限|支持|允许).{0,30}?(claude code|codex|客户端)/,
  ],
  ['model', /permission.{0,400}?\bmodels?\b|\bmodels?\b.{0,400}?permission/],
];

/** A refusal says what it is about at its beginning. */
const READ_CHARS = 4_096;

/**
 * What a refusal is about, by its words; undefined where they tell nothing of it.
 *
 * @param text an error body's beginning
 * @param model as it was asked for upstream: words that name it are about it, where nothing above says otherwise
 */
export function subjectOf(text: string, model?: string): Subject | undefined {
  const words = plain(text);
  for (const [subject, pattern] of ROWS) if (pattern.test(words)) return subject;
  return model !== undefined && model.length >= MODEL_CHARS_MIN && words.includes(model.toLowerCase())
    ? 'model'
    : undefined;
}

/** Shorter names may be part of any word. */
const MODEL_CHARS_MIN = 4;

/**
 * A 5xx that refuses a model: relays without a channel for it say so. Of the looser words none counts here, since an
 * upstream that fails may name the model too.
 */
export function lacksModel(text: string): boolean {
  return /model_not_found|no available channel.{0,60}model|模型.{0,80}无可用/.test(plain(text));
}

/** One line in lower case, without JSON's escapes of characters and quotes. */
const plain = (text: string): string =>
  text
    .slice(0, READ_CHARS)
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/[\s"'`\\]+/g, ' ')
    .toLowerCase();

/** Types and codes of error events that refuse the request, not fail at it: vendors' own, and statuses as relays put them. */
const REQUEST_TYPES: ReadonlySet<string> = new Set([
  'invalid_request_error',
  'invalid_request',
  'invalid_prompt',
  'bad_request',
  'context_length_exceeded',
  'exceed_context_size_error',
  'request_too_large',
  'model_not_found',
  'not_found_error',
  'permission_error',
  'content_filter',
  'content_policy_violation',
  '400',
  '403',
  '404',
  '413',
  '422',
]);

/** An error event that would have been a 4xx, had the head not been out. */
export const refusesRequest = (type: string): boolean => REQUEST_TYPES.has(type);
