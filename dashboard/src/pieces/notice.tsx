import type { ComponentChildren } from 'preact';
import type { ApiError } from '../frame/api.ts';
import { dismiss, errorWords, toasts } from '../frame/notices.ts';
import { t } from '../frame/texts.ts';

/** A failed reading, with what to do. Nothing while there is no error. */
export function ErrorBanner({ error, again }: { error: ApiError | undefined; again?: () => void }) {
  if (!error || error.code === 'aborted') return null;
  return (
    <div class="banner bad" role="alert">
      <span>{errorWords(error)}</span>
      {again && (
        <button type="button" onClick={again}>
          {t('error.again')}
        </button>
      )}
    </div>
  );
}

/** What stands where there is nothing to show yet, and why. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, kind, text }) => (
        <div key={id} class={`toast ${kind}`}>
          <span>{text}</span>
          <button type="button" class="quiet" onClick={() => dismiss(id)} aria-label={t('error.dismiss')}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
