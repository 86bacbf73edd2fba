import { live } from '../frame/live.ts';
import { Empty } from '../pieces/notice.tsx';
import { RunningTable } from './now-running.tsx';
import { t } from './now-texts.ts';

/** What is going on. */
export function Now() {
  const view = live.value;
  if (!view) return <Empty title={t('waiting')} />;
  return <RunningTable view={view} />;
}
