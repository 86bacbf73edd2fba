import { ALERT_KINDS } from '../domain/settings.ts';
import { webhookProblem } from './address.ts';
import { ALERT_FORMATS, DEFAULTS } from './defaults.ts';
import { MONEY_EXPECTED, MONEY_PATTERN, microUsd, SHARE_EXPECTED, SHARE_PATTERN, share } from './quantity.ts';
import type { Parts, Z } from './schema-parts.ts';

const secretProblem = (value: string): string | undefined =>
  value.trim() === '' ? 'expected a secret, found nothing' : undefined;

/** A number or text that `read` understands. Neither holds a secret, so what was found is shown by the caller. */
function amount(z: Z, read: (value: string | number) => number | undefined, pattern: RegExp, error: string) {
  const input = z.union([z.number({ error }), z.string({ error }).regex(pattern, { error })], { error });
  return input.transform((value, context) => {
    const found = read(value);
    if (found !== undefined) return found;
    const message = `expected ${error}, found ${JSON.stringify(value)}`;
    context.issues.push({ code: 'custom', params: { whole: true }, message, input: value });
    return z.NEVER;
  });
}

/** Where alerts go, and what they are about. */
export function alerts(z: Z, { mapping, listOf, oneOf, oneOrMore, duration, resolved }: Parts) {
  const { moneyLostOver, slowOver, errorRateOver, window } = DEFAULTS.alerts;
  const alert = mapping({
    webhook: resolved('an http:// or https:// URL', webhookProblem).meta({
      description: 'Where the messages are posted to. A credential: it is never shown. References allowed.',
    }),
    format: oneOf(ALERT_FORMATS)
      .meta({
        description:
          'What is posted: `json`, `slack`, `feishu`, `dingtalk` or `wecom`; absent: told by the webhook’s host, else `json`.',
      })
      .optional(),
    on: oneOrMore(oneOf(ALERT_KINDS), `one of ${ALERT_KINDS.join(', ')}`)
      .meta({ description: 'What is told; absent: everything but `slow_over`.' })
      .optional(),
    secret: resolved('text (put numbers in quotes)', secretProblem)
      .meta({ description: 'Signs the messages, for robots of Feishu and DingTalk. References allowed.' })
      .optional(),
    money_lost_over: amount(z, microUsd, MONEY_PATTERN, MONEY_EXPECTED)
      .meta({ description: '`money_lost_over`: more than this was lost within `window`.' })
      .prefault(moneyLostOver),
    slow_over: duration()
      .meta({ description: '`slow_over`: a request took longer than this.' })
      .prefault(slowOver),
    error_rate_over: amount(z, share, SHARE_PATTERN, SHARE_EXPECTED)
      .meta({
        description:
          '`error_rate_over`: more than this share of at least 20 requests within `window` failed.',
      })
      .prefault(errorRateOver),
    window: duration(60_000)
      .meta({ description: 'The time that `money_lost_over` and `error_rate_over` look back.' })
      .prefault(window),
  });
  return listOf(alert, 'alerts').max(20, { error: 'a list of at most 20 alerts' });
}
