import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConfigApplied, ConfigProblemView, ConfigView } from '../../../src/admin/admin.ts';
import { post } from '../frame/api.ts';
import { useLoaded } from '../frame/load.ts';
import { errorWords, toast } from '../frame/notices.ts';
import { t as frame } from '../frame/texts.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { Empty, ErrorBanner } from '../pieces/notice.tsx';
import './config.css';
import { changesOf, diffLines, offsetOf } from './config-diff.ts';
import { t } from './config-texts.ts';

/** The configuration file: edited here, checked as one types, applied as a whole. */
export function Config() {
  const { value, error, again } = useLoaded<ConfigView>('config');
  return (
    <>
      <div class="page-head">
        <h1>{frame('page.config')}</h1>
        {value && <span class="mono soft">{value.file}</span>}
      </div>
      <ErrorBanner error={error} again={again} />
      {value ? (
        <Editor key={value.version} view={value} reload={again} />
      ) : (
        !error && <Empty title={frame('word.loading')} />
      )}
    </>
  );
}

/** So long after the last key the text is checked. */
const PAUSE_MS = 400;

function Editor({ view, reload }: { view: ConfigView; reload: () => void }) {
  const [text, setText] = useState(view.text);
  const [problems, setProblems] = useState(view.problems);
  const [comparing, setComparing] = useState(false);
  const [conflict, setConflict] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const changed = text !== view.text || !view.exists;
  useChecked(text, view, setProblems);

  const apply = async (): Promise<void> => {
    setComparing(false);
    const told = await post<ConfigApplied>('config/apply', { text, version: view.version });
    if (!told.ok) return toast(errorWords(told.error), 'failed');
    switch (told.value.kind) {
      case 'problems':
        return setProblems(told.value.problems);
      case 'conflict':
        return setConflict(true);
      case 'applied':
        toast(t('applied', { clusters: told.value.clusters, endpoints: told.value.endpoints }));
        return reload();
    }
  };
  const jump = ({ line, column }: ConfigProblemView): void => {
    const at = offsetOf(text, line ?? 1, column);
    area.current?.focus();
    area.current?.setSelectionRange(at, at);
  };
  return (
    <>
      <p class="soft">
        {t('secrets')} {!view.exists && t('first')}
      </p>
      {conflict && (
        <div class="banner warn" role="alert">
          <span>{t('conflict')}</span>
          <button type="button" onClick={reload}>
            {t('conflict.reload')}
          </button>
        </div>
      )}
      <TextArea text={text} problems={problems} area={area} onText={setText} />
      <Problems problems={problems} onJump={jump} />
      <div class="actions">
        <button type="button" disabled={text === view.text} onClick={() => setText(view.text)}>
          {t('revert')}
        </button>
        <button
          type="button"
          class="primary"
          disabled={!changed || problems.length > 0}
          onClick={() => setComparing(true)}
        >
          {t('apply')}
        </button>
      </div>
      {comparing && (
        <Compare
          before={view.exists ? view.text : ''}
          after={text}
          onApply={() => void apply()}
          onClose={() => setComparing(false)}
        />
      )}
    </>
  );
}

/** Checks the text a moment after each change. */
function useChecked(
  text: string,
  view: ConfigView,
  show: (problems: readonly ConfigProblemView[]) => void,
): void {
  useEffect(() => {
    if (text === view.text) return show(view.problems);
    const controller = new AbortController();
    const check = async (): Promise<void> => {
      const told = await post<{ problems: readonly ConfigProblemView[] }>(
        'config/check',
        { text },
        controller.signal,
      );
      if (!controller.signal.aborted && told.ok) show(told.value.problems);
    };
    const timer = window.setTimeout(() => void check(), PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      controller.abort();
    };
  }, [text]);
}

/** A text area with line numbers beside it, those with a problem marked. */
function TextArea(props: {
  text: string;
  problems: readonly ConfigProblemView[];
  area: { current: HTMLTextAreaElement | null };
  onText: (text: string) => void;
}) {
  const { text, problems } = props;
  const numbers = useRef<HTMLDivElement>(null);
  const wrong = new Map(problems.map(({ line, message }) => [line, message]));
  return (
    <div class="editor mono">
      <div class="line-numbers" ref={numbers} aria-hidden="true">
        {text.split('\n').map((_, index) => (
          <div key={index} class={wrong.has(index + 1) ? 'wrong' : undefined} title={wrong.get(index + 1)}>
            {index + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={props.area}
        aria-label={t('text')}
        aria-invalid={problems.length > 0}
        spellcheck={false}
        wrap="off"
        autocapitalize="off"
        value={text}
        onInput={(event) => props.onText(event.currentTarget.value)}
        onScroll={(event) => {
          if (numbers.current) numbers.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}

function Problems(props: {
  problems: readonly ConfigProblemView[];
  onJump: (problem: ConfigProblemView) => void;
}) {
  const { problems, onJump } = props;
  return (
    <div role="status">
      {problems.length === 0 ? (
        <p class="good-text">{t('sound')}</p>
      ) : (
        <ul class="problems">
          {problems.map((problem) => (
            <li key={`${problem.line} ${problem.column} ${problem.message}`}>
              <button type="button" class="quiet" onClick={() => onJump(problem)}>
                <span class="num">
                  {problem.line === undefined ? '–' : `${problem.line}:${problem.column ?? 1}`}
                </span>
              </button>
              <span class="bad-text">{problem.message}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const AROUND = 2;
const SIGNS = { same: ' ', gone: '−', added: '+' } as const;

/** What would change, before it does. */
function Compare(props: { before: string; after: string; onApply: () => void; onClose: () => void }) {
  const lines = changesOf(diffLines(props.before, props.after), AROUND);
  return (
    <Dialog title={t('compare')} onClose={props.onClose} wide>
      <pre class="diff mono">
        {lines.map((line, index) => (
          <div key={index} class={line?.kind ?? 'left-out'}>
            {line ? `${SIGNS[line.kind]} ${String(line.line).padStart(4)}  ${line.text}` : '  ⋯'}
          </div>
        ))}
      </pre>
      <p class="soft">{t('compare.hint')}</p>
      <div class="actions">
        <button type="button" onClick={props.onClose}>
          {frame('word.cancel')}
        </button>
        <button type="button" class="primary" onClick={props.onApply}>
          {t('apply.now')}
        </button>
      </div>
    </Dialog>
  );
}
