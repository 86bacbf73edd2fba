import { useState } from 'preact/hooks';
import type { EndpointView, VerificationView } from '../../../src/admin/admin.ts';
import { post } from '../frame/api.ts';
import { seconds } from '../frame/format.ts';
import { errorWords, toast } from '../frame/notices.ts';
import { Confirm } from '../pieces/dialog.tsx';
import { t } from './endpoints-texts.ts';

/** As much of an endpoint as acting on it takes. */
type Named = Pick<EndpointView, 'id' | 'name'>;

const path = ({ id }: Named, what: string): string => `endpoints/${encodeURIComponent(id)}/${what}`;

/** Posts, and says what became of it. */
async function act<T>(to: string, words: (told: T) => string): Promise<void> {
  const told = await post<T>(to);
  if (told.ok) toast(words(told.value));
  else toast(errorWords(told.error), 'failed');
}

async function verify(endpoint: Named): Promise<void> {
  const told = await post<readonly VerificationView[]>(path(endpoint, 'verify'));
  if (!told.ok) {
    toast(errorWords(told.error), 'failed');
    return;
  }
  const { name } = endpoint;
  const result = told.value[0];
  if (!result) toast(t('check.none', { name }), 'failed');
  else if (result.ok) toast(t('check.ok', { name, seconds: seconds(result.tookMs), model: result.model }));
  else toast(t('check.bad', { name, detail: result.detail ?? '' }), 'failed');
}

/** Asks an endpoint now. One check at a time: the button waits for its end. */
export function CheckNow({ endpoint }: { endpoint: Named }) {
  const [busy, setBusy] = useState(false);
  return (
    <button
      type="button"
      title={t('check.hint')}
      disabled={busy}
      onClick={async () => {
        setBusy(true);
        await verify(endpoint);
        setBusy(false);
      }}
    >
      {busy ? t('checking') : t('check')}
    </button>
  );
}

/** A button that asks first. */
function Asked(props: { label: string; title: string; text: string; onAct: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        {props.label}
      </button>
      {open && (
        <Confirm
          title={props.title}
          text={props.text}
          action={props.label}
          onAct={props.onAct}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

/** Takes an endpoint out of the failure queue without a check. */
export function PutBack({ endpoint }: { endpoint: Named }) {
  const { id, name } = endpoint;
  const clear = (): Promise<void> =>
    act(`queue/clear?id=${encodeURIComponent(id)}`, () => t('back.done', { name }));
  return <Asked label={t('back')} title={t('back.title', { name })} text={t('back.text')} onAct={clear} />;
}

export function EnableOrDisable({ endpoint }: { endpoint: EndpointView }) {
  const { name } = endpoint;
  const set = (what: 'enable' | 'disable'): Promise<void> =>
    act<{ enabled: boolean }>(path(endpoint, what), ({ enabled }) =>
      t(enabled ? 'enabled.done' : 'disabled.done', { name }),
    );
  if (!endpoint.enabled)
    return (
      <button type="button" onClick={() => set('enable')}>
        {t('enable')}
      </button>
    );
  return (
    <Asked
      label={t('disable')}
      title={t('disable.title', { name })}
      text={t('disable.text')}
      onAct={() => set('disable')}
    />
  );
}

export function ForgetEdge({ endpoint }: { endpoint: EndpointView }) {
  const { name } = endpoint;
  const forget = (): Promise<void> =>
    act<{ forgotten: boolean }>(path(endpoint, 'forget-edge'), ({ forgotten }) =>
      t(forgotten ? 'forget.done' : 'forget.nothing'),
    );
  return (
    <Asked label={t('forget')} title={t('forget.title', { name })} text={t('forget.text')} onAct={forget} />
  );
}
