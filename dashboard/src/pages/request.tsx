import { useState } from 'preact/hooks';
import type { Explanation, Verdict } from '../../../src/admin/admin.ts';
import { post } from '../frame/api.ts';
import { count, instant } from '../frame/format.ts';
import { language } from '../frame/language.ts';
import { gatewayNow, live } from '../frame/live.ts';
import { useLoaded } from '../frame/load.ts';
import { errorWords, toast } from '../frame/notices.ts';
import { href, place } from '../frame/router.ts';
import { t as frame } from '../frame/texts.ts';
import { Confirm } from '../pieces/dialog.tsx';
import { Duration, Money, StatusBadge } from '../pieces/figures.tsx';
import { Empty, ErrorBanner } from '../pieces/notice.tsx';
import './request.css';
import { Attempts, Headers } from './request-attempts.tsx';
import { Findings } from './request-findings.tsx';
import { t } from './request-texts.ts';
import { Waterfall } from './request-waterfall.tsx';

/** A request under way is looked at again this often. */
const AGAIN_MS = 2_000;

/** One request: what happened, why, what it cost, and what would have prevented it. */
export function Request() {
  const { id } = place.value;
  const [running, setRunning] = useState(false);
  const path =
    id === undefined ? undefined : `ledger/${encodeURIComponent(id)}/explanation?language=${language.value}`;
  const { value, error, again } = useLoaded<Explanation>(path, running ? AGAIN_MS : undefined);
  const isRunning = value?.verdict === 'running';
  if (running !== isRunning) setRunning(isRunning);
  if (id === undefined || (error?.status === 404 && value?.exchange.id !== id))
    return (
      <Empty title={t('unknown', { id: (id ?? '').slice(0, 60) })}>
        <p>{t('unknown.hint')}</p>
        <a href={href('requests')}>{t('toRequests')}</a>
      </Empty>
    );
  return (
    <>
      <ErrorBanner error={error} again={again} />
      {value ? <Page explanation={value} /> : <Empty title={frame('word.loading')} />}
    </>
  );
}

function Page({ explanation }: { explanation: Explanation }) {
  const { exchange, attempts, findings, timeline, waterfall, did } = explanation;
  return (
    <>
      <Head explanation={explanation} />
      <Facts explanation={explanation} />
      <Findings findings={findings} verdict={explanation.verdict} />
      <Waterfall waterfall={waterfall} />
      <div class="request-middle">
        <section class="panel">
          <div class="panel-head">
            <h2>{t('timeline')}</h2>
          </div>
          <ol class="timeline">
            {timeline.map((item) => (
              <li key={`${item.atMs} ${item.text}`} class={`by-${item.who}`}>
                <Duration ms={item.atMs} plain />
                <span class="who">{t(`who.${item.who}`)}</span>
                <span>{item.text}</span>
              </li>
            ))}
          </ol>
        </section>
        <section class="panel">
          <div class="panel-head">
            <h2>{t('money')}</h2>
          </div>
          <div class="panel-body stack">
            <p>{explanation.money}</p>
            {did.length > 0 && (
              <>
                <h3>{t('did')}</h3>
                <ul class="plain-list">
                  {did.map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              </>
            )}
          </div>
        </section>
      </div>
      <Attempts attempts={attempts} exchange={exchange} />
      <Headers exchange={exchange} attempts={attempts} />
    </>
  );
}

const LEVELS: Readonly<Record<Verdict, 'good' | 'warn' | 'bad' | 'idle'>> = {
  fine: 'good',
  slow: 'warn',
  recovered: 'warn',
  failed: 'bad',
  running: 'idle',
};

function Head({ explanation }: { explanation: Explanation }) {
  const { exchange, verdict, headline } = explanation;
  const [asking, setAsking] = useState(false);
  const cancel = async (): Promise<void> => {
    const told = await post(`exchanges/${encodeURIComponent(exchange.id)}/cancel`);
    toast(told.ok ? t('cancelled') : errorWords(told.error), told.ok ? 'done' : 'failed');
  };
  return (
    <>
      <div class="page-head">
        <h1 class="mono request-id">{exchange.id}</h1>
        <StatusBadge level={LEVELS[verdict]}>{t(`verdict.${verdict}`)}</StatusBadge>
        <div class="end">
          {verdict === 'running' && (
            <button type="button" onClick={() => setAsking(true)}>
              {t('cancel')}
            </button>
          )}
        </div>
      </div>
      <p class="headline">{headline}</p>
      {asking && (
        <Confirm
          title={t('cancel')}
          text={t('cancel.sure')}
          action={t('cancel')}
          onAct={() => void cancel()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function Facts({ explanation: { exchange } }: { explanation: Explanation }) {
  const endpoint = live.value?.endpoints.find(({ id }) => id === exchange.endpointId);
  const { endedAt, startedAt, usage } = exchange;
  const facts: [string, preact.ComponentChildren][] = [
    [t('started'), instant(startedAt, gatewayNow())],
    [t('duration'), <Duration ms={(endedAt ?? gatewayNow()) - startedAt} />],
    [t('firstEvent'), <Duration ms={exchange.firstEventMs} plain />],
    [t('silence'), <Duration ms={exchange.longestSilenceMs} plain />],
    [t('client'), exchange.client],
    [t('model'), exchange.model ?? '–'],
    [t('endpoint'), endpoint?.name ?? exchange.endpointId ?? '–'],
    [t('cluster'), exchange.cluster],
    [t('scenario'), exchange.scenario],
    [t('route'), exchange.route ?? '–'],
    [t('answer'), exchange.status === undefined ? '–' : `HTTP ${exchange.status}`],
    [t('delivery'), t(`delivery.${exchange.delivery}`)],
    [t('tokens'), `${tokens(usage.inputTokens)} → ${tokens(usage.outputTokens)}`],
    [t('cost'), <Money microUsd={exchange.costMicroUsd} />],
    [t('lost'), <Money microUsd={exchange.lostMicroUsd} />],
    [t('saved'), <Money microUsd={exchange.savedMicroUsd} />],
  ];
  return (
    <dl class="panel request-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const tokens = (value: number | undefined): string => (value === undefined ? '–' : count(value));
