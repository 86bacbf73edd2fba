import { useEffect, useRef, useState } from 'preact/hooks';
import type { Check, CheckupEvent, CheckupOptions, Diagnosis } from '../../../src/admin/admin.ts';
import { type ApiError, stream } from '../frame/api.ts';
import { language } from '../frame/language.ts';
import { live } from '../frame/live.ts';
import { place, setQuery } from '../frame/router.ts';
import { t as frame } from '../frame/texts.ts';
import { CodeBlock } from '../pieces/copy.tsx';
import { Confirm } from '../pieces/dialog.tsx';
import { Duration, StatusBadge } from '../pieces/figures.tsx';
import { ErrorBanner } from '../pieces/notice.tsx';
import './doctor.css';
import { AT_REST, type Checkup, withEvent } from './doctor-checkup.ts';
import { t } from './doctor-texts.ts';

/** Walks from the gateway to a model, step by step, and says what is wrong on the way. */
export function Doctor() {
  const { query } = place.value;
  const endpoint = query.get('endpoint') ?? '';
  const model = query.get('model') ?? '';
  const [probeEdge, setProbeEdge] = useState(false);
  const [asking, setAsking] = useState(false);
  const { checkup, run, cancel } = useCheckup();
  const running = checkup.state === 'running';
  const start = (): void => {
    void run({
      ...(endpoint ? { endpoint } : {}),
      ...(model.trim() ? { model: model.trim() } : {}),
      ...(probeEdge ? { probeEdge } : {}),
    });
  };
  return (
    <>
      <div class="page-head">
        <h1>{frame('page.doctor')}</h1>
        <p class="soft">{t('about')}</p>
      </div>
      <form
        class="panel doctor-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (probeEdge) setAsking(true);
          else start();
        }}
      >
        <Scope endpoint={endpoint} model={model} />
        <label class="check">
          <input
            type="checkbox"
            checked={probeEdge}
            onChange={(event) => setProbeEdge(event.currentTarget.checked)}
          />
          {t('probeEdge')}
        </label>
        <div class="actions">
          {running ? (
            <button type="button" onClick={cancel}>
              {frame('word.cancel')}
            </button>
          ) : (
            <button type="submit" class="primary">
              {t('run')}
            </button>
          )}
        </div>
      </form>
      {asking && (
        <Confirm
          title={t('probeEdge')}
          text={t('probeEdge.cost')}
          action={t('run')}
          onAct={start}
          onClose={() => setAsking(false)}
        />
      )}
      <ErrorBanner error={checkup.error} />
      {checkup.diagnosis && <DiagnosisPanel diagnosis={checkup.diagnosis} />}
      {checkup.visits.map((visit, index) => (
        <section class="panel" key={index}>
          <div class="panel-head">
            <h2>{visit.name || t('here')}</h2>
            {visit.baseUrl && <span class="mono soft">{visit.baseUrl}</span>}
          </div>
          <ol class="checks">
            {visit.checks.map((check) => (
              <CheckRow key={check.name} check={check} />
            ))}
            {visit.now !== undefined && (
              <li class="check-now" role="status">
                <i class="spinner" aria-hidden="true" />
                {visit.now}
              </li>
            )}
          </ol>
        </section>
      ))}
      {checkup.state === 'cancelled' && <p class="soft">{t('cancelled')}</p>}
    </>
  );
}

/** Which endpoint, and which model, are looked at; both stand in the address. */
function Scope({ endpoint, model }: { endpoint: string; model: string }) {
  return (
    <>
      <label class="field">
        <span>{t('endpoint')}</span>
        <select value={endpoint} onChange={(event) => setQuery({ endpoint: event.currentTarget.value })}>
          <option value="">{t('endpoint.all')}</option>
          {(live.value?.endpoints ?? []).map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t('model')}</span>
        <input
          value={model}
          placeholder={t('model.usual')}
          onInput={(event) => setQuery({ model: event.currentTarget.value })}
        />
      </label>
    </>
  );
}

function useCheckup(): { checkup: Checkup; run(options: CheckupOptions): Promise<void>; cancel(): void } {
  const [checkup, setCheckup] = useState<Checkup>(AT_REST);
  const controller = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => controller.current?.abort(), []);
  return {
    checkup,
    async run(options) {
      controller.current?.abort();
      const own = new AbortController();
      controller.current = own;
      setCheckup({ ...AT_REST, state: 'running' });
      const body = { ...options, language: language.value };
      const told = await stream('POST', 'doctor', body, take, own.signal);
      if (controller.current !== own) return;
      setCheckup((now) => ended(now, told.ok ? undefined : told.error));
      function take({ data }: { data: string }): void {
        const event = JSON.parse(data) as CheckupEvent;
        if (controller.current === own) setCheckup((now) => withEvent(now, event));
      }
    },
    cancel() {
      controller.current?.abort();
      controller.current = undefined;
      setCheckup((now) => ({ ...ended(now, undefined), state: 'cancelled' }));
    },
  };
}

/** A stream that ended without a diagnosis was cut off: that is said, and nothing is taken for healthy. */
function ended(checkup: Checkup, error: ApiError | undefined): Checkup {
  const visits = checkup.visits.map(({ now: _now, ...visit }) => visit);
  const cut = !error && !checkup.diagnosis ? { status: 0, code: 'broken', message: '' } : error;
  return { ...checkup, visits, state: 'done', ...(cut ? { error: cut } : {}) };
}

const LEVELS = { ok: 'good', warning: 'warn', bad: 'bad', skipped: 'idle' } as const;

function CheckRow({ check }: { check: Check }) {
  const head = (
    <>
      <StatusBadge level={LEVELS[check.status]}>{t(`status.${check.status}`)}</StatusBadge>
      <b>{t(`check.${check.name}`)}</b>
      <span class="summary-text">{check.summary}</span>
      <Duration ms={check.tookMs} plain />
    </>
  );
  return (
    <li>
      {check.details.length === 0 ? (
        <div class="check-line">{head}</div>
      ) : (
        <details open={check.status === 'bad' || check.status === 'warning'}>
          <summary class="check-line">{head}</summary>
          <ul class="plain-list soft">
            {check.details.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function DiagnosisPanel({ diagnosis: { healthy, headline, problems } }: { diagnosis: Diagnosis }) {
  return (
    <section class="panel findings" aria-label={t('diagnosis')}>
      <article>
        <header>
          <h2>{headline}</h2>
          <StatusBadge level={healthy ? 'good' : 'bad'}>{t(healthy ? 'healthy' : 'unwell')}</StatusBadge>
        </header>
      </article>
      {problems.map((problem) => (
        <article key={`${problem.check} ${problem.endpointId} ${problem.what}`}>
          <header>
            <StatusBadge level={problem.severity === 'bad' ? 'bad' : 'warn'}>
              {t(`check.${problem.check}`)}
            </StatusBadge>
          </header>
          <p>{problem.what}</p>
          <p class="fix">
            <b>{t('fix')}</b> {problem.fix}
          </p>
          {problem.config !== undefined && <CodeBlock text={problem.config} label={t('configLines')} />}
        </article>
      ))}
    </section>
  );
}
