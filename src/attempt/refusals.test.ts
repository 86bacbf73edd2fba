import { describe, expect, it } from 'vitest';
import { lacksModel, refusesRequest, subjectOf } from './refusals.ts';

const openai = (message: string, code: string | null = null, type = 'invalid_request_error') =>
  JSON.stringify({ error: { message, type, param: null, code } });
const anthropic = (message: string, type = 'permission_error') =>
  JSON.stringify({ type: 'error', error: { type, message } });

describe('what a refusal is about', () => {
  it.each([
    ['model', openai('Project `p` does not have access to model `gpt-x`', 'model_not_found')],
    ['model', openai('You do not have access to the model gpt-x.')],
    ['model', openai('The model `gpt-x` does not exist or you do not have access to it.')],
    ['model', openai('Your organization must be verified to use the model `o3`.')],
    [
      'model',
      anthropic('Your account does not have access to claude-big. Please contact sales about this model'),
    ],
    ['model', anthropic('You do not have permission to use this model')],
    [
      'model',
      openai('key not allowed to access model. This key can only access models=[a]', '401', 'auth_error'),
    ],
    ['model', openai('team not allowed', 'x', 'team_model_access_denied')],
    ['model', openai('该令牌无权访问模型 gpt-x')],
    ['model', openai('\\u5f53').replace('\\\\u5f53', '\\u6a21\\u578b x \\u4e0d\\u5b58\\u5728')],
    ['model', openai('model gpt-x is not available in your region')],
    ['credential', openai('Incorrect API key provided: sk-1***.', 'invalid_api_key')],
    ['credential', anthropic('invalid x-api-key', 'authentication_error')],
    ['credential', openai('Your account has been deactivated for violating the content_policy')],
    ['credential', openai('用户已被封禁，因内容违规')],
    ['credential', openai('Insufficient Balance')],
    ['credential', anthropic('Your credit balance is too low, see Plans & Billing', 'billing_error')],
    ['credential', openai('用户额度不足, 剩余额度: 0')],
    ['credential', openai('The token has expired')],
    ['request', openai('This request requires more credits, or fewer max_tokens. You can only afford 12')],
    ['request', openai('该分组仅限 Claude Code 客户端使用')],
    ['request', anthropic('This endpoint is only for Claude Code')],
    ['place', openai('Country, region, or territory not supported', 'unsupported_country_region_territory')],
    ['place', openai('User location is not supported for the API use.')],
    ['content', openai('Your input was flagged: violence', '403')],
    ['content', openai('The response was filtered by the content management policy', 'content_filter')],
    ['feature', openai('Missing scopes: api.responses.write. Check that your key has the right role')],
    ['feature', anthropic('The long context beta is not for this organization')],
    [undefined, anthropic('Your API key does not have permission to use the specified resource.')],
    [undefined, anthropic('Forbidden')],
    [undefined, ''],
    [undefined, '<html><title>403 Forbidden</title></html>'],
  ] as const)('%s: %s', (subject, text) => {
    expect(subjectOf(text)).toBe(subject);
  });

  it('is the model where it is named, and nothing says otherwise', () => {
    expect(subjectOf(anthropic('Claude-Big: not for you'), 'claude-big')).toBe('model');
    expect(subjectOf(anthropic('invalid x-api-key for claude-big'), 'claude-big')).toBe('credential');
    expect(subjectOf(anthropic('not for you'), 'o3')).toBeUndefined();
  });
});

it.each([
  ['{"error":{"code":"model_not_found","message":"no channel"}}', true],
  ['{"error":{"message":"当前分组 default 下对于模型 x 无可用渠道"}}', true],
  ['{"error":{"message":"No available channel for model x under group default"}}', true],
  ['{"error":{"message":"The model is overloaded and not available"}}', false],
  ['upstream error: model x failed', false],
])('a 5xx that refuses a model: %s %s', (text, lacks) => {
  expect(lacksModel(text)).toBe(lacks);
});

it.each([
  ['invalid_request_error', true],
  ['context_length_exceeded', true],
  ['400', true],
  ['api_error', false],
  ['server_error', false],
  ['500', false],
])('an event of type %s refuses the request: %s', (type, refuses) => {
  expect(refusesRequest(type)).toBe(refuses);
});
