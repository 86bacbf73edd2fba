import { useEffect, useErrorBoundary, useRef } from 'preact/hooks';
import { clock } from './frame/format.ts';
import { chooseLanguage, language, locale } from './frame/language.ts';
import { connection, live } from './frame/live.ts';
import { href, place } from './frame/router.ts';
import { t } from './frame/texts.ts';
import { chooseTheme, type ThemeChoice, themeChoice } from './frame/theme.ts';
import { TokenDialog } from './frame/token-dialog.tsx';
import { PAGES, type Page } from './pages.ts';
import { Empty, Toasts } from './pieces/notice.tsx';

/** The whole page: navigation, the state of the connection, and the page one is on. */
export function App() {
  const { page: name } = place.value;
  const page = PAGES.find((one) => one.name === name);
  const main = useRef<HTMLElement>(null);
  const title = page ? t(`page.${page.name}`) : 'QCC';
  useEffect(() => {
    document.documentElement.lang = locale();
    document.title = page ? `${title} · QCC` : 'QCC';
  }, [title, language.value]);
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [name, place.value.id]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {t('skip')}
      </button>
      <Header current={name} />
      <Lost />
      <main id="main" ref={main} tabIndex={-1}>
        {page ? <Guarded key={page.name} page={page} /> : <NoPage name={name} />}
      </main>
      <Toasts />
      <TokenDialog />
    </>
  );
}

/** A page that breaks says so, and leaves the others usable. */
function Guarded({ page }: { page: Page }) {
  const [error, reset] = useErrorBoundary();
  if (error === undefined) return <page.show />;
  return (
    <Empty title={t('page.broken')}>
      <code>{String(error).slice(0, 300)}</code>
      <button type="button" onClick={reset}>
        {t('error.again')}
      </button>
    </Empty>
  );
}

function NoPage({ name }: { name: string }) {
  return (
    <Empty title={t('page.unknown', { name: name.slice(0, 60) })}>
      <a href={href('now')}>{t('page.toNow')}</a>
    </Empty>
  );
}

function Header({ current }: { current: string }) {
  const open = current === 'request' ? 'requests' : current;
  const nav = useRef<HTMLElement>(null);
  // On a phone not all of them fit side by side.
  useEffect(() => {
    const link = nav.current?.querySelector('[aria-current]');
    link?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [open, language.value]);
  return (
    <header class="top">
      <a class="brand" href={href('now')}>
        <span class="brand-mark" aria-hidden="true" />
        QCC
      </a>
      <nav class="nav" ref={nav} aria-label={t('nav')}>
        {PAGES.filter(({ nav }) => nav).map(({ name }: Page) => (
          <a key={name} href={href(name)} aria-current={name === open ? 'page' : undefined}>
            {t(`page.${name}`)}
          </a>
        ))}
      </nav>
      <div class="top-end">
        <span class={`connection ${connection.value}`} role="status">
          <i aria-hidden="true" />
          {t(`connection.${connection.value}`)}
        </span>
        <select
          class="quiet"
          aria-label={t('theme')}
          value={themeChoice.value}
          onChange={(event) => chooseTheme(event.currentTarget.value as ThemeChoice)}
        >
          <option value="auto">{t('theme.auto')}</option>
          <option value="light">{t('theme.light')}</option>
          <option value="dark">{t('theme.dark')}</option>
        </select>
        <button
          type="button"
          class="quiet"
          lang={language.value === 'en' ? 'zh-CN' : 'en'}
          onClick={() => chooseLanguage(language.value === 'en' ? 'zh' : 'en')}
        >
          {language.value === 'en' ? '中文' : 'English'}
        </button>
      </div>
    </header>
  );
}

/** Says so when what one sees is old, or the gateway is on its way out. */
function Lost() {
  const view = live.value;
  if (view && connection.value === 'reconnecting')
    return (
      <div class="banner warn" role="status">
        {t('connection.lost', { time: clock(view.at) })}
      </div>
    );
  if (view?.draining)
    return (
      <div class="banner warn" role="status">
        {t('connection.draining')}
      </div>
    );
  return null;
}
