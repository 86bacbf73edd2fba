import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ExchangeRecord } from '../../../src/admin/admin.ts';
import { causeWords } from '../frame/causes.ts';
import { count, instant, short } from '../frame/format.ts';
import { gatewayNow, live } from '../frame/live.ts';
import { href } from '../frame/router.ts';
import { t as frame } from '../frame/texts.ts';
import { Bar, Duration, Money, StatusBadge } from '../pieces/figures.tsx';
import { rowsSeen, scrollTo } from '../pieces/windowing.ts';
import { durationOf } from './requests-rows.ts';
import { t } from './requests-texts.ts';

const NARROW = '(max-width: 860px)';
const ROW_PX = 34;
/** Narrow, a row has three lines. */
const CARD_PX = 84;
/** All bars are measured against the same, whatever is in sight: else they would change as one scrolls. */
const BAR_MS = 180_000;
/** From here on edges cut. */
const EDGE_MS = 100_000;
/** Older rows are read when this many rows are left below. */
const AHEAD_ROWS = 40;

const COLUMNS = [
  'time',
  'result',
  'client',
  'model',
  'endpoint',
  'scenario',
  'firstEvent',
  'duration',
  'silence',
  'attempts',
  'tokens',
  'cost',
  'cause',
] as const;

/** The rows, of which only those in sight are drawn. Arrow keys move, Enter opens. */
export function RequestGrid(props: { rows: readonly ExchangeRecord[]; whole: boolean; onEnd: () => void }) {
  const { rows } = props;
  const box = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const [active, setActive] = useState<string | undefined>(undefined);
  const rowPx = useNarrow() ? CARD_PX : ROW_PX;
  const range = rowsSeen(view.top, view.height, rowPx, rows.length);
  useKeptPlace(box, rows, rowPx);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    // The head stays at the top of the box, over the rows; narrow, there is none.
    const look = () =>
      setView({
        top: element.scrollTop,
        height: element.clientHeight - (head.current?.offsetHeight ?? 0),
      });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  useEffect(() => {
    if (!props.whole && range.to > rows.length - AHEAD_ROWS) props.onEnd();
  }, [range.to, rows.length, props.whole]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = stepOf(event.key, Math.max(1, Math.floor(view.height / rowPx) - 1), rows.length);
    const element = box.current;
    if (step === undefined || !element) return;
    event.preventDefault();
    const at = rows.findIndex(({ id }) => id === active);
    const from = at < 0 ? Math.ceil(view.top / rowPx) - 1 : at;
    const next = Math.min(rows.length - 1, Math.max(0, from + step));
    setActive(rows[next]?.id);
    element.scrollTop = scrollTo(next, element.scrollTop, view.height, rowPx);
  };
  const activeHere = rows.slice(range.from, range.to).some(({ id }) => id === active);
  return (
    <div class="panel request-grid">
      {/* biome-ignore lint/a11y/useSemanticElements: a table element cannot hold only the rows in sight */}
      <div
        class="grid-body"
        ref={box}
        role="grid"
        aria-label={frame('page.requests')}
        aria-rowcount={rows.length + 1}
        tabIndex={activeHere ? -1 : 0}
        onKeyDown={onKeyDown}
      >
        <Head place={head} />
        <div class="grid-space" role="presentation" style={{ height: `${rows.length * rowPx}px` }}>
          {rows.slice(range.from, range.to).map((row, index) => (
            <Row
              key={row.id}
              row={row}
              at={range.from + index}
              top={(range.from + index) * rowPx}
              height={rowPx}
              active={row.id === active}
              onFocus={() => setActive(row.id)}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function Head({ place }: { place: RefObject<HTMLDivElement | null> }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: nothing can be done with it
    <div class="grid-head" role="row" aria-rowindex={1} ref={place}>
      {COLUMNS.map((name) => (
        // biome-ignore lint/a11y/useSemanticElements: see the grid
        // biome-ignore lint/a11y/useFocusableInteractive: nothing can be done with it
        <span key={name} role="columnheader" class={`c-${name}`}>
          {t(`col.${name}`)}
        </span>
      ))}
    </div>
  );
}

function stepOf(key: string, page: number, rows: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    End: rows,
    Home: -rows,
  };
  return steps[key];
}

/** Rows that come in above what one looks at push it down: the place is scrolled back to where it was. */
function useKeptPlace(
  box: { current: HTMLDivElement | null },
  rows: readonly ExchangeRecord[],
  rowPx: number,
): void {
  const first = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const element = box.current;
    const added = rows.findIndex(({ id }) => id === first.current);
    if (element && element.scrollTop > 0 && added > 0) element.scrollTop += added * rowPx;
    first.current = rows[0]?.id;
  }, [rows]);
}

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(matchMedia(NARROW).matches);
  useEffect(() => {
    const media = matchMedia(NARROW);
    const look = () => setNarrow(media.matches);
    media.addEventListener('change', look);
    return () => media.removeEventListener('change', look);
  }, []);
  return narrow;
}

interface RowProps {
  readonly row: ExchangeRecord;
  readonly at: number;
  readonly top: number;
  readonly height: number;
  readonly active: boolean;
  readonly onFocus: () => void;
}

function Row({ row, at, top, height, active, onFocus }: RowProps) {
  const link = useRef<HTMLAnchorElement>(null);
  // Before the next key can come: Enter opens the row that the arrow led to.
  useLayoutEffect(() => {
    if (active && document.activeElement !== link.current) link.current?.focus({ preventScroll: true });
  }, [active]);
  const endpoint = live.value?.endpoints.find(({ id }) => id === row.endpointId);
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: the link in it takes the focus
    <div
      role="row"
      aria-rowindex={at + 2}
      class={`grid-row${at % 2 === 1 ? ' odd' : ''}`}
      style={{ top: `${top}px`, height: `${height}px` }}
    >
      <Cell name="time">
        <a
          ref={link}
          class="row-link num"
          href={href('request', row.id)}
          tabIndex={active ? 0 : -1}
          onFocus={onFocus}
          title={row.id}
        >
          {instant(row.startedAt, gatewayNow())}
        </a>
      </Cell>
      <Cell name="result">
        <Result row={row} />
      </Cell>
      <Cell name="client">{row.client}</Cell>
      <Cell name="model">{row.model ?? row.path}</Cell>
      <Cell name="endpoint">{endpoint?.name ?? row.endpointId ?? '–'}</Cell>
      <Cell name="scenario">{row.scenario}</Cell>
      <Cell name="firstEvent">
        <Duration ms={row.firstEventMs} plain />
      </Cell>
      <Cell name="duration">
        <Took row={row} />
      </Cell>
      <Cell name="silence">
        <Duration ms={row.longestSilenceMs} plain />
      </Cell>
      <Cell name="attempts">{row.attemptCount ?? '–'}</Cell>
      <Cell name="tokens">
        <span class="num">{tokensOf(row)}</span>
      </Cell>
      <Cell name="cost">
        <Money microUsd={row.costMicroUsd} />
      </Cell>
      <Cell name="cause" {...(row.cause ? { title: causeWords(row.cause) ?? row.cause } : {})}>
        {row.cause ?? ''}
      </Cell>
    </div>
  );
}

/** How long it took, as a bar and in words, and whether an edge could have cut it. */
function Took({ row }: { row: ExchangeRecord }) {
  const ms = durationOf(row);
  return (
    <>
      {ms === undefined ? (
        <span />
      ) : (
        <Bar value={ms} of={BAR_MS} level={ms >= EDGE_MS ? 'bad' : 'plain'} marks={[EDGE_MS]} />
      )}
      <Duration ms={ms} />
      <EdgeMark row={row} ms={ms} />
    </>
  );
}

function Cell(props: {
  name: (typeof COLUMNS)[number];
  title?: string;
  children?: preact.ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: the row's link takes the focus
    <span role="gridcell" class={`c-${props.name}`} data-label={t(`col.${props.name}`)} title={props.title}>
      {props.children}
    </span>
  );
}

/** An answer of 100 s and more that an edge stood in the way of. */
function EdgeMark({ row, ms }: { row: ExchangeRecord; ms: number | undefined }) {
  if (!row.throughEdge || ms === undefined || ms < EDGE_MS) return null;
  return (
    <span class="edge-mark" title={t('edge')}>
      <span aria-hidden="true">⚑</span>
      <span class="unseen">{t('edge')}</span>
    </span>
  );
}

function Result({ row }: { row: ExchangeRecord }) {
  const { delivery, status, failed } = row;
  if (delivery === 'running') return <StatusBadge level="idle">{t('delivery.running')}</StatusBadge>;
  const level = failed ? (delivery === 'left' ? 'warn' : 'bad') : 'good';
  return (
    <StatusBadge level={level}>
      {status !== undefined && (delivery === 'delivered' || !failed) ? status : t(`delivery.${delivery}`)}
    </StatusBadge>
  );
}

function tokensOf({ usage: { inputTokens, outputTokens } }: ExchangeRecord): string {
  if (inputTokens === undefined && outputTokens === undefined) return '–';
  const one = (value: number | undefined) =>
    value === undefined ? '?' : value < 10_000 ? count(value) : short(value);
  return `${one(inputTokens)} → ${one(outputTokens)}`;
}
