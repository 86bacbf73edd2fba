import type { BodyFacts } from '../../domain/request.ts';
import { asksForEffort } from '../effort.ts';
import type { FieldReader } from '../field-reader.ts';
import { asCount, asObject, asString, compact } from '../json-value.ts';
import { sessionOf } from '../session.ts';

export function readFacts(body: FieldReader): BodyFacts {
  const effort = asString(asObject(body.value('reasoning'))?.effort);
  return compact<BodyFacts>({
    model: asString(body.value('model')),
    stream: body.value('stream') === true,
    maxTokens: asCount(body.value('max_output_tokens')),
    thinking: asksForEffort(effort),
    effort,
    session: sessionOf(body.value('prompt_cache_key')),
  });
}
