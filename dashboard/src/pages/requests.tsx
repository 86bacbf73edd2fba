import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ExchangeRecord } from '../../../src/admin/admin.ts';
import { type ApiError, get, tokenTurn } from '../frame/api.ts';
import { count } from '../frame/format.ts';
import { connection, gatewayNow, live, onExchange } from '../frame/live.ts';
import { place } from '../frame/router.ts';
import { t as frame } from '../frame/texts.ts';
import { Empty, ErrorBanner } from '../pieces/notice.tsx';
import './requests.css';
import { Seek } from './request-seek.tsx';
import { FilterBar } from './requests-filters.tsx';
import { RequestGrid } from './requests-grid.tsx';
import {
  csvOf,
  type Filters,
  filtersOf,
  fits,
  MOST_ROWS,
  merged,
  nextUntil,
  PAGE_ROWS,
  pathOf,
} from './requests-rows.ts';
import { t } from './requests-texts.ts';

/** How long rows that come in are gathered before they are shown: four times a second reads as live. */
const GATHER_MS = 250;
/** Pages read to make up for a gap; where more was missed, the log begins anew. */
const GAP_PAGES = 10;

/** The request log: filtered by the address, endless downwards, live at its top. */
export function Requests() {
  const query = place.value.query.toString();
  const filters = useMemo(() => filtersOf(new URLSearchParams(query)), [query]);
  const [tail, setTail] = useState(true);
  const [seeking, setSeeking] = useState(false);
  const log = useRows(filters, tail);
  return (
    <>
      <div class="page-head">
        <h1>{frame('page.requests')}</h1>
        <div class="end actions">
          <button type="button" onClick={() => setSeeking(true)}>
            {t('seek')}
          </button>
          <button type="button" disabled={log.rows.length === 0} onClick={() => download(log.rows)}>
            {t('csv')}
          </button>
          <label class="check">
            <input
              type="checkbox"
              checked={tail}
              onChange={(event) => setTail(event.currentTarget.checked)}
            />
            {t('tail')}
          </label>
        </div>
      </div>
      <FilterBar filters={filters} rows={log.rows} />
      <ErrorBanner error={log.error} again={log.again} />
      {log.rows.length === 0 ? (
        <section class="panel">
          <Empty title={log.loading ? frame('word.loading') : t('none')}>
            {!log.loading && <p>{t('none.hint')}</p>}
          </Empty>
        </section>
      ) : (
        <RequestGrid rows={log.rows} whole={log.whole} onEnd={log.more} />
      )}
      <p class="faint" role="status">
        {t(log.whole ? 'shown.all' : 'shown', { count: count(log.rows.length) })}
        {log.rows.length >= MOST_ROWS && ` ${t('shown.most')}`}
      </p>
      {seeking && <Seek onClose={() => setSeeking(false)} />}
    </>
  );
}

interface Log {
  readonly rows: readonly ExchangeRecord[];
  readonly loading: boolean;
  /** There are no older ones, or no more are kept here. */
  readonly whole: boolean;
  readonly error: ApiError | undefined;
  more(): void;
  again(): void;
}

/** The rows that fit the filters: read page by page, and added to by the live stream while `tail` is on. */
function useRows(filters: Filters, tail: boolean): Log {
  const [rows, setRows] = useState<readonly ExchangeRecord[]>([]);
  const [state, setState] = useState<{ loading: boolean; whole: boolean; error?: ApiError }>({
    loading: true,
    whole: false,
  });
  const [turn, setTurn] = useState(0);
  const reading = useRef<AbortController | undefined>(undefined);
  const idle = useRef(false);
  const barren = useRef(false);
  const token = tokenTurn.value;

  const read = async (known: readonly ExchangeRecord[]): Promise<void> => {
    const controller = reading.current;
    if (!controller) return;
    idle.current = false;
    const until = nextUntil(known, barren.current);
    const told = await get<ExchangeRecord[]>(pathOf(filters, gatewayNow(), until), controller.signal);
    if (controller.signal.aborted) return;
    idle.current = true;
    if (!told.ok) return setState({ loading: false, whole: false, error: told.error });
    const ids = new Set(known.map(({ id }) => id));
    barren.current = told.value.every(({ id }) => ids.has(id));
    const whole = told.value.length < PAGE_ROWS || known.length >= MOST_ROWS;
    setState({ loading: false, whole });
    setRows((now) => merged(now, told.value));
  };

  useEffect(() => {
    reading.current = new AbortController();
    barren.current = false;
    setRows([]);
    setState({ loading: true, whole: false });
    void read([]);
    return () => reading.current?.abort();
  }, [filters, turn, token]);

  /** Reads from the top what the live stream has left out, down to what is known; the place one looks at stays. */
  const catchUp = async (): Promise<void> => {
    const controller = reading.current;
    const ids = new Set(rows.map(({ id }) => id));
    let found: readonly ExchangeRecord[] = [];
    for (let page = 0; page < GAP_PAGES && controller; page += 1) {
      const path = pathOf(filters, gatewayNow(), nextUntil(found, false));
      const told = await get<ExchangeRecord[]>(path, controller.signal);
      if (controller.signal.aborted || !told.ok) return;
      found = merged(found, told.value);
      if (told.value.length < PAGE_ROWS || told.value.some(({ id }) => ids.has(id)))
        return setRows((now) => merged(now, found));
    }
    setTurn((n) => n + 1);
  };
  useTail(
    filters,
    tail,
    (more) => setRows((now) => merged(now, more)),
    () => void catchUp(),
  );

  return {
    rows,
    ...state,
    error: state.error,
    more: () => {
      if (idle.current && !state.whole && !state.error) void read(rows);
    },
    again: () => setTurn((n) => n + 1),
  };
}

/**
 * Hands on the rows that come in and fit. They are gathered first: to sort thousands of rows for each one of fifty a
 * second would leave no time to scroll. `onGap`: the connection was gone, or more rows came than the stream takes.
 */
function useTail(
  filters: Filters,
  tail: boolean,
  onRows: (rows: readonly ExchangeRecord[]) => void,
  onGap: () => void,
): void {
  const lost = connection.value === 'reconnecting';
  const wasLost = useRef(false);
  const leftOut = live.value?.rowsLeftOut ?? 0;
  const leftOutBefore = useRef(leftOut);
  useEffect(() => {
    if (tail && ((!lost && wasLost.current) || leftOut > leftOutBefore.current)) onGap();
    wasLost.current = lost;
    leftOutBefore.current = leftOut;
  }, [lost, leftOut]);
  useEffect(() => {
    if (!tail) return;
    let waiting: ExchangeRecord[] = [];
    let timer: number | undefined;
    const flush = (): void => {
      timer = undefined;
      onRows(waiting);
      waiting = [];
    };
    const end = onExchange((record) => {
      if (!fits(record, filters, gatewayNow())) return;
      waiting.push(record);
      timer ??= window.setTimeout(flush, GATHER_MS);
    });
    return () => {
      end();
      window.clearTimeout(timer);
    };
  }, [filters, tail]);
}

function download(rows: readonly ExchangeRecord[]): void {
  const url = URL.createObjectURL(new Blob([csvOf(rows)], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'qcc-requests.csv';
  link.click();
  URL.revokeObjectURL(url);
}
