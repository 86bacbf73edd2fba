import type { EndpointView } from '../../../src/admin/admin.ts';
import { seconds, span } from '../frame/format.ts';
import { HealthBadge, StatusBadge } from '../pieces/figures.tsx';
import { t } from './endpoints-texts.ts';

/** Health, or why it does not count: disabled, cooling down. */
export function EndpointHealth({ endpoint, now }: { endpoint: EndpointView; now: number }) {
  if (!endpoint.enabled) return <StatusBadge level="idle">{t('disabled')}</StatusBadge>;
  const left = endpoint.coolingUntil - now;
  if (left > 0 && !endpoint.inQueue)
    return <StatusBadge level="warn">{t('cooling', { span: span(left) })}</StatusBadge>;
  return <HealthBadge health={endpoint.health} />;
}

/** When the next check comes, counting down. */
export function nextCheckWords(nextCheckAt: number | undefined, now: number): string {
  if (nextCheckAt === undefined) return t('nextCheck.now');
  return nextCheckAt <= now ? t('nextCheck.due') : t('nextCheck.in', { span: span(nextCheckAt - now) });
}

export function circuitWords({ circuit }: EndpointView, now: number): string {
  const words = t(`circuit.${circuit.kind}`);
  return circuit.kind === 'open'
    ? `${words} · ${t('nextCheck')} ${nextCheckWords(circuit.nextCheckAt, now)}`
    : words;
}

/** What stands in front of it, one limit a line, with where that is known from. */
function edgeLimits(endpoint: EndpointView): readonly { text: string; from: string }[] {
  const { edge, learnedEdge } = endpoint;
  const configured = t('edge.configured');
  return [
    ...(edge?.silenceMs === undefined
      ? []
      : [{ text: t('edge.silence', { seconds: seconds(edge.silenceMs) }), from: configured }]),
    ...(edge?.totalMs === undefined
      ? []
      : [{ text: t('edge.total', { seconds: seconds(edge.totalMs) }), from: configured }]),
    ...(learnedEdge
      ? [{ text: t('edge.silence', { seconds: seconds(learnedEdge.silenceMs) }), from: t('edge.learned') }]
      : []),
  ];
}

export function EdgeOf({ endpoint }: { endpoint: EndpointView }) {
  const limits = edgeLimits(endpoint);
  if (limits.length === 0) return <span class="faint">{t('edge.none')}</span>;
  return (
    <span class="two-lines">
      {limits.map(({ text, from }) => (
        <span key={text + from} class="num">
          {text} <small class="faint">{from}</small>
        </span>
      ))}
    </span>
  );
}
