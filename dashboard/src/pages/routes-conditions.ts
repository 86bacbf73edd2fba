import type { Route } from '../../../src/admin/admin.ts';
import { bytes, count } from '../frame/format.ts';
import { t } from './routes-texts.ts';

/** What a route asks of a request, a phrase for each condition; all of them must hold. None = every request fits. */
export function conditionsOf(match: Route['match']): readonly string[] {
  const { model, protocol, stream, thinking, maxTokens, promptBytes, headers, clientKey } = match;
  const list = (values: readonly string[]): string => values.join(t('or'));
  return [
    ...(model ? [t('if.model', { list: list(model) })] : []),
    ...(protocol ? [t('if.protocol', { list: list(protocol) })] : []),
    ...(stream === undefined ? [] : [t(stream ? 'if.stream' : 'if.noStream')]),
    ...(thinking === undefined ? [] : [t(thinking ? 'if.thinking' : 'if.noThinking')]),
    ...(maxTokens ? [t('if.maxTokens', { span: spanOf(maxTokens, count) })] : []),
    ...(promptBytes ? [t('if.prompt', { span: spanOf(promptBytes, bytes) })] : []),
    ...Object.entries(headers ?? {}).map(([name, glob]) => t('if.header', { name, glob })),
    ...(clientKey ? [t('if.client', { list: list(clientKey) })] : []),
  ];
}

/** `≥ 32,000`, `≤ 4.1 kB`, `10 … 20`. */
function spanOf({ min, max }: { min?: number; max?: number }, show: (value: number) => string): string {
  if (min !== undefined && max !== undefined) return `${show(min)} … ${show(max)}`;
  if (min !== undefined) return `≥ ${show(min)}`;
  return max === undefined ? '' : `≤ ${show(max)}`;
}
