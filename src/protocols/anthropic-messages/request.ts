import type { BodyFacts } from '../../domain/request.ts';
import type { FieldReader } from '../field-reader.ts';
import { asCount, asObject, asString, compact, parseObject } from '../json-value.ts';
import { sessionOf } from '../session.ts';

/** Claude Code puts a JSON object into `metadata.user_id`, of which only the session stays the same in a conversation. */
function readSession(userId: unknown): string | undefined {
  const text = asString(userId);
  if (text === undefined) return undefined;
  return sessionOf(asString(parseObject(text)?.session_id) ?? text);
}

export function readFacts(body: FieldReader): BodyFacts {
  const effort = asString(asObject(body.value('output_config'))?.effort);
  const thinkingType = asObject(body.value('thinking'))?.type;
  return compact<BodyFacts>({
    model: asString(body.value('model')),
    stream: body.value('stream') === true,
    maxTokens: asCount(body.value('max_tokens')),
    thinking: thinkingType === 'enabled' || thinkingType === 'adaptive' || effort !== undefined,
    effort,
    session: readSession(asObject(body.value('metadata'))?.user_id),
  });
}
