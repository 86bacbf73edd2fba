import type { ComponentChildren } from 'preact';
import type { HealthStatus } from '../../../src/admin/admin.ts';
import { dollars, seconds } from '../frame/format.ts';
import { t } from '../frame/texts.ts';

/** Seconds, marked from 30 s on and strongly from 100 s on: there edges begin to cut. */
export function Duration({ ms, plain }: { ms: number | undefined; plain?: boolean }) {
  const level = plain || ms === undefined || ms < 30_000 ? '' : ms < 100_000 ? ' warn-text' : ' bad-text';
  return (
    <span class={`num${level}`}>
      {seconds(ms)}
      {ms === undefined ? '' : <span class="unit"> s</span>}
    </span>
  );
}

/**
 * An amount. What is not known is said to be unknown, which is not 0; where the cost of some of the calls is unknown
 * it is that much at least.
 */
export function Money({
  microUsd,
  unknownCalls = 0,
}: {
  microUsd: number | undefined;
  unknownCalls?: number;
}) {
  if (microUsd === undefined || (microUsd === 0 && unknownCalls > 0))
    return <span class="faint">{t('word.unknown')}</span>;
  const money = dollars(microUsd);
  if (unknownCalls === 0) return <span class="num">{money}</span>;
  return (
    <span class="num" title={t('money.atLeast', { money, count: unknownCalls })}>
      ≥ {money}
    </span>
  );
}

/** Calls of a sum that lost money, or saved it, of which some amount is not known; a summary tells of its costs alone. */
export function unknownAmong(calls: number, unknownCost: number): number {
  return Math.min(calls, unknownCost);
}

const HEALTH_LEVEL = { healthy: 'good', degraded: 'warn', unhealthy: 'bad', unknown: 'idle' } as const;

/** A word with a coloured mark; the word alone says it, too. */
export function StatusBadge(props: { level: 'good' | 'warn' | 'bad' | 'idle'; children: ComponentChildren }) {
  return (
    <span class={`badge ${props.level}`}>
      <i aria-hidden="true" />
      {props.children}
    </span>
  );
}

export function HealthBadge({ health }: { health: HealthStatus }) {
  return <StatusBadge level={HEALTH_LEVEL[health]}>{t(`health.${health}`)}</StatusBadge>;
}

/**
 * A bar of `value` out of `of`, with marks (for edges, deadlines) at their values. For the eye only: the number
 * stands beside it.
 */
export function Bar(props: {
  value: number;
  of: number;
  level?: 'good' | 'warn' | 'bad' | 'plain';
  marks?: readonly number[];
}) {
  const share = (value: number): string =>
    `${(100 * Math.min(1, Math.max(0, value / (props.of || 1)))).toFixed(2)}%`;
  return (
    <span class={`bar ${props.level ?? 'plain'}`} aria-hidden="true">
      <span class="bar-fill" style={{ width: share(props.value) }} />
      {props.marks
        ?.filter((at) => at <= props.of)
        .map((at) => (
          <span key={at} class="bar-mark" style={{ left: share(at) }} />
        ))}
    </span>
  );
}
