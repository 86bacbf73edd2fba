import type { LatencyView } from '../../../src/admin/admin.ts';
import { count } from '../frame/format.ts';
import { t } from './endpoints-texts.ts';

type Bucket = LatencyView['buckets'][number];

/** Buckets from the first to the last with something in it: empty ends say nothing. */
export function filledBuckets(buckets: readonly Bucket[]): readonly Bucket[] {
  const filled = ({ firstEvent, total }: Bucket): boolean => firstEvent > 0 || total > 0;
  const first = buckets.findIndex(filled);
  return first < 0 ? [] : buckets.slice(first, buckets.findLastIndex(filled) + 1);
}

/** A bound as the axis shows it, in seconds: `0.25`, `10`. */
export function boundText(ms: number): string {
  return String(Number((ms / 1000).toPrecision(3)));
}

/** Two columns a bucket: how long until the first event, and until the end. */
export function Histogram({ view }: { view: LatencyView }) {
  const buckets = filledBuckets(view.buckets);
  const most = Math.max(1, ...buckets.flatMap(({ firstEvent, total }) => [firstEvent, total]));
  const height = (value: number): string => `${(100 * value) / most}%`;
  return (
    <ol class="histogram">
      {buckets.map((bucket, index) => (
        <li key={bucket.leMs ?? 'over'} title={rowWords(bucket, buckets[index - 1]?.leMs)}>
          <span class="unseen">{rowWords(bucket, buckets[index - 1]?.leMs)}</span>
          <span class="columns" aria-hidden="true">
            <span class="first" style={{ height: height(bucket.firstEvent) }} />
            <span class="whole" style={{ height: height(bucket.total) }} />
          </span>
          <span class="bound num" aria-hidden="true">
            {bucket.leMs === undefined
              ? `> ${boundText(buckets[index - 1]?.leMs ?? 0)}`
              : boundText(bucket.leMs)}
            <span class="unit"> s</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

function rowWords(bucket: Bucket, fromMs: number | undefined): string {
  const label =
    bucket.leMs === undefined
      ? t('latency.over', { from: boundText(fromMs ?? 0) })
      : t('latency.upTo', { to: boundText(bucket.leMs) });
  return t('latency.row', { label, first: count(bucket.firstEvent), whole: count(bucket.total) });
}
