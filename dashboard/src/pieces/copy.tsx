import { toast } from '../frame/notices.ts';
import { t } from '../frame/texts.ts';

/** Lines to take away, with a button that does. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <figure class="code-block">
      <pre>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} label={label} />
    </figure>
  );
}

/** Puts `text` into the clipboard. `label` says what it is, for those who hear only the button. */
function CopyButton({ text, label }: { text: string; label: string }) {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      toast(t('word.copied'));
    } catch {
      // Over plain HTTP from another machine there is no clipboard.
      toast(t('word.copyFailed'), 'failed');
    }
  };
  return (
    <button
      type="button"
      class="quiet"
      aria-label={`${t('word.copy')}: ${label}`}
      onClick={() => void copy()}
    >
      {t('word.copy')}
    </button>
  );
}
