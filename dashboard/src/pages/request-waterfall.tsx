import type { Explanation } from '../../../src/admin/admin.ts';
import { seconds } from '../frame/format.ts';
import { t } from './request-texts.ts';

type WaterfallData = Explanation['waterfall'];
type Bar = WaterfallData['bars'][number];
type Phase = Bar['parts'][number]['phase'];

/** In the order in which an attempt goes through them. */
const PHASES: readonly Phase[] = [
  'queue',
  'backoff',
  'dns',
  'connect',
  'tls',
  'send',
  'wait',
  'stream',
  'deliver',
];

/** 1, 2, 5, 10, 20, 50 … ms, up to some days. */
const STEPS_MS = Array.from({ length: 27 }, (_, n) => ([1, 2, 5][n % 3] ?? 1) * 10 ** Math.floor(n / 3));

/** Some four to eight round instants between 0 and `totalMs`. */
export function ticksOf(totalMs: number): readonly number[] {
  const step = STEPS_MS.find((one) => totalMs / one <= 8) ?? totalMs;
  const ticks: number[] = [];
  for (let at = 0; at <= totalMs && ticks.length < 20; at += step) ticks.push(at);
  return ticks;
}

/** The phases that a bar's legend has to name. */
export function phasesIn(bars: readonly Bar[]): readonly Phase[] {
  return PHASES.filter((phase) => bars.some(({ parts }) => parts.some((part) => part.phase === phase)));
}

/** What happened when, drawn. Those who do not see it read the timeline below, which says the same. */
export function Waterfall({ waterfall }: { waterfall: WaterfallData }) {
  const { bars, marks } = waterfall;
  const total = Math.max(1, waterfall.totalMs);
  const share = (ms: number): string => `${((100 * Math.min(total, Math.max(0, ms))) / total).toFixed(3)}%`;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{t('waterfall')}</h2>
        <ul class="phases" aria-label={t('phases')}>
          {phasesIn(bars).map((phase) => (
            <li key={phase}>
              <i class={`phase ${phase}`} aria-hidden="true" />
              {t(`phase.${phase}`)}
            </li>
          ))}
        </ul>
      </div>
      <div
        class="waterfall"
        role="img"
        aria-label={bars.map((bar) => `${bar.label}: ${bar.note}`).join('; ')}
      >
        {bars.map((bar) => (
          <div class={`lane end-${bar.end}`} key={bar.label}>
            <span class="lane-label">{bar.label}</span>
            <span class="track">
              {bar.parts.map((part) => (
                <span
                  key={`${part.phase} ${part.fromMs}`}
                  class={`part phase ${part.phase}`}
                  title={`${t(`phase.${part.phase}`)}: ${seconds(part.toMs - part.fromMs)} s`}
                  style={{ left: share(part.fromMs), width: share(part.toMs - part.fromMs) }}
                />
              ))}
            </span>
            <span class="lane-note">{bar.note}</span>
          </div>
        ))}
        <div class="lane scale">
          <span />
          <span class="track">
            {ticksOf(total).map((at) => (
              <span key={at} class="tick" style={{ left: share(at) }}>
                {seconds(at)}
              </span>
            ))}
          </span>
          <span />
        </div>
        <div class="lane overlay">
          <span />
          <span class="track">
            {marks.map(({ atMs, kind, label }) => (
              <span
                key={`${kind} ${atMs}`}
                class={`moment ${kind}`}
                style={{ left: share(atMs) }}
                title={label}
              />
            ))}
          </span>
          <span />
        </div>
      </div>
      {marks.length > 0 && (
        <ul class="moments">
          {marks.map(({ atMs, kind, label }) => (
            <li key={`${kind} ${atMs}`}>
              <i class={`moment-key ${kind}`} aria-hidden="true" />
              <span class="num">{seconds(atMs)} s</span> {label}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
