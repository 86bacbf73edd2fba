import { useState } from 'preact/hooks';
import { Dialog } from '../pieces/dialog.tsx';
import { declineToken, tokenWanted, useToken } from './api.ts';
import { t } from './texts.ts';

/** Asks for `admin.token` once the gateway has refused to answer without it. */
export function TokenDialog() {
  const message = tokenWanted.value;
  const [token, setToken] = useState('');
  if (message === undefined) return null;
  return (
    <Dialog title={t('token.title')} onClose={declineToken}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          useToken(token);
          setToken('');
        }}
      >
        <p>{t('token.why', { message })}</p>
        <label class="field">
          <span>{t('token.label')}</span>
          <input
            type="password"
            autocomplete="off"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <p class="faint">{t('token.hint')}</p>
        <div class="actions">
          <button type="button" onClick={declineToken}>
            {t('word.cancel')}
          </button>
          <button type="submit" class="primary" disabled={token.trim() === ''}>
            {t('token.use')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
