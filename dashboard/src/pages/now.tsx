import type { RecentView } from '../../../src/admin/admin.ts';
import { causeWords } from '../frame/causes.ts';
import { count } from '../frame/format.ts';
import { live } from '../frame/live.ts';
import { href } from '../frame/router.ts';
import { Bar } from '../pieces/figures.tsx';
import { Empty } from '../pieces/notice.tsx';
import './now.css';
import { t as frame } from '../frame/texts.ts';
import { Durations } from './now-durations.tsx';
import { Figures } from './now-figures.tsx';
import { RunningTable } from './now-running.tsx';
import { t } from './now-texts.ts';

/** What is going on, and how the last minutes and hours went. */
export function Now() {
  const view = live.value;
  if (!view) return <Empty title={t('waiting')} />;
  return (
    <>
      <h1 class="unseen">{frame('page.now')}</h1>
      <Figures view={view} />
      <div class="now-middle">
        <Durations endpoints={view.endpoints} />
        <Causes recent={view.recent} />
      </div>
      <RunningTable view={view} />
    </>
  );
}

const MOST_CAUSES = 8;

function Causes({ recent }: { recent: RecentView }) {
  const causes = recent.causes.slice(0, MOST_CAUSES);
  const most = causes[0]?.count ?? 1;
  return (
    <section class="panel causes">
      <div class="panel-head">
        <h2>{t('causes')}</h2>
        <span class="end faint">{t('causes.window', { minutes: Math.round(recent.windowMs / 60_000) })}</span>
      </div>
      {causes.length === 0 ? (
        <Empty title={t('causes.none')} />
      ) : (
        <ul>
          {causes.map(({ cause, count: times }) => (
            <li key={cause}>
              <a href={href('requests', undefined, { cause })}>{cause}</a>
              <span class="num">{count(times)}</span>
              <Bar value={times} of={most} level="bad" />
              <small class="faint">{causeWords(cause)}</small>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
