import type { ComponentChildren } from 'preact';
import type { LiveView, Percentiles, RecentView } from '../../../src/admin/admin.ts';
import { count, percent, seconds } from '../frame/format.ts';
import { Money, unknownAmong } from '../pieces/figures.tsx';
import { t } from './now-texts.ts';

/** Seconds over which the rate is taken: one second alone jumps. */
const RATE_S = 10;

/** Requests a second, over the last ten. */
export function rateOf(perSecond: readonly number[]): number {
  const last = perSecond.slice(-RATE_S);
  return last.length === 0 ? 0 : last.reduce((sum, one) => sum + one, 0) / last.length;
}

/** The line's points in a box of `width` × `height`, the newest at the right; 0 lies on the ground. */
export function sparkPoints(values: readonly number[], width: number, height: number): string {
  const most = Math.max(1, ...values);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values
    .map((value, index) => `${(index * step).toFixed(1)},${(height - (value / most) * height).toFixed(1)}`)
    .join(' ');
}

/** What matters at a glance. */
export function Figures({ view }: { view: LiveView }) {
  const { recent } = view;
  const { today } = recent;
  const minutes = Math.round(recent.windowMs / 60_000);
  return (
    <dl class="figures">
      <Figure label={t('figure.rate')} note={<Spark values={recent.perSecond} />}>
        {rateOf(recent.perSecond).toFixed(1)}
      </Figure>
      <Figure
        label={t('figure.failed', { minutes })}
        note={t('figure.ofRequests', { failed: count(recent.failed), count: count(recent.requests) })}
        level={recent.failed > 0 ? 'bad' : undefined}
      >
        {recent.requests === 0 ? '–' : percent(recent.failed / recent.requests)}
      </Figure>
      <Quantiles label={t('figure.firstEvent')} of={recent.firstEventMs} />
      <Quantiles label={t('figure.duration')} of={recent.durationMs} />
      <Figure
        label={t('figure.lost')}
        note={t('figure.calls', { count: count(today.lostCalls) })}
        level={today.lostCalls > 0 ? 'bad' : undefined}
      >
        <Money
          microUsd={today.lostMicroUsd}
          unknownCalls={unknownAmong(today.lostCalls, today.unknownCost)}
        />
      </Figure>
      <Figure
        label={t('figure.saved')}
        note={t('figure.calls', { count: count(today.savedCalls) })}
        level={today.savedCalls > 0 ? 'good' : undefined}
      >
        <Money microUsd={today.savedMicroUsd} />
      </Figure>
      <Figure label={t('figure.cost')} note={costNote(recent)}>
        <Money microUsd={today.costMicroUsd} />
      </Figure>
    </dl>
  );
}

function costNote({ today }: RecentView): string {
  return today.unknownCost > 0
    ? t('figure.unknown', { count: count(today.unknownCost) })
    : t('figure.requests', { count: count(today.exchanges) });
}

function Figure(props: {
  label: string;
  note: ComponentChildren;
  level?: 'good' | 'bad' | undefined;
  children: ComponentChildren;
}) {
  return (
    <div class="figure">
      <dt>{props.label}</dt>
      <dd class={`num${props.level ? ` ${props.level}-text` : ''}`}>{props.children}</dd>
      <dd class="figure-note num">{props.note}</dd>
    </div>
  );
}

function Quantiles({ label, of }: { label: string; of: Percentiles | undefined }) {
  return (
    <Figure
      label={label}
      note={of ? t('figure.upper', { p95: seconds(of.p95), p99: seconds(of.p99) }) : t('figure.noData')}
    >
      {seconds(of?.p50)}
      {of && <span class="unit"> s</span>}
    </Figure>
  );
}

function Spark({ values }: { values: readonly number[] }) {
  return (
    <svg class="spark" viewBox="0 0 120 20" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={sparkPoints(values, 120, 19)} />
    </svg>
  );
}
