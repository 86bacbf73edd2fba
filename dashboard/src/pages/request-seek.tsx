import { useState } from 'preact/hooks';
import type { PageExplanation } from '../../../src/admin/admin.ts';
import { post } from '../frame/api.ts';
import { instant, seconds } from '../frame/format.ts';
import { language } from '../frame/language.ts';
import { gatewayNow } from '../frame/live.ts';
import { errorWords } from '../frame/notices.ts';
import { go, href } from '../frame/router.ts';
import { CodeBlock } from '../pieces/copy.tsx';
import { Dialog } from '../pieces/dialog.tsx';
import { t } from './request-texts.ts';

/** More than the gateway takes is not worth sending. */
const MOST_CHARS = 200_000;

type Page = PageExplanation & { kind: 'page' };

/** Takes an error page, a log line or an id, and leads to what is behind it. */
export function Seek({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [page, setPage] = useState<Page | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const seek = async (): Promise<void> => {
    const told = await post<PageExplanation>(`explain?language=${language.value}`, {
      text: text.slice(0, MOST_CHARS),
    });
    setProblem(told.ok ? undefined : errorWords(told.error));
    if (!told.ok) return;
    if (told.value.kind === 'page') return setPage(told.value);
    onClose();
    go('request', told.value.explanation.exchange.id);
  };
  return (
    <Dialog title={t('seek')} onClose={onClose} wide>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void seek();
        }}
      >
        <label class="field">
          <span>{t('seek.hint')}</span>
          <textarea
            class="seek mono"
            rows={6}
            aria-label={t('seek.label')}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        {problem !== undefined && (
          <p class="bad-text" role="alert">
            {problem}
          </p>
        )}
        <div class="actions">
          <button type="submit" class="primary" disabled={text.trim() === ''}>
            {t('seek.go')}
          </button>
        </div>
      </form>
      {page && <PageAnswer page={page} onClose={onClose} />}
    </Dialog>
  );
}

function PageAnswer({ page, onClose }: { page: Page; onClose: () => void }) {
  return (
    <div class="stack" role="status">
      <h3>{page.headline}</h3>
      <p>{page.what}</p>
      <p class="fix">
        <b>{t('fix')}</b> {page.fix}
      </p>
      {page.config !== undefined && <CodeBlock text={page.config} label={t('configLines')} />}
      {page.candidates.length > 0 && (
        <>
          <h3>{t('seek.candidates')}</h3>
          <ul class="plain-list">
            {page.candidates.map(({ id, startedAt, endedAt, model }) => (
              <li key={id}>
                <a href={href('request', id)} onClick={onClose}>
                  <span class="mono">{id}</span>
                </a>{' '}
                <span class="soft">
                  {instant(startedAt, gatewayNow())} · {model ?? '–'} ·{' '}
                  {seconds(endedAt === undefined ? undefined : endedAt - startedAt)} s
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
