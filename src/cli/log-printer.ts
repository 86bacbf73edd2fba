import type { EndpointView } from '../domain/health.ts';
import type { ExchangeRecord } from '../domain/ledger.ts';
import type { Cli } from './given.ts';
import { type Grid, gridFor } from './grid.ts';
import { ledgerCsv } from './ledger-tables.ts';
import { EDGE_MARK, isMarked, logColumns } from './log-table.ts';
import { wrapped } from './wrap.ts';

/** How rows of the log are written. `follow`: more come, and none can be waited for. */
export interface LogForm {
  readonly kind: 'table' | 'json' | 'csv';
  readonly follow: boolean;
}

/** Writes rows of the log as they come. */
export interface LogPrinter {
  readonly form: LogForm;
  /** Oldest first. The first call settles the layout. */
  print(rows: readonly ExchangeRecord[]): void;
  /** After the last row. */
  end(): void;
}

/** `endpoints` gives the names of endpoints, as they are when a row is written. */
export function logPrinter(cli: Cli, form: LogForm, endpoints: () => readonly EndpointView[]): LogPrinter {
  const { screen, ports } = cli;
  switch (form.kind) {
    case 'json':
      return {
        form,
        print(rows) {
          if (!form.follow) screen.json(rows);
          else for (const row of rows) screen.line(JSON.stringify(row));
        },
        end: () => {},
      };
    case 'csv': {
      let head = true;
      return {
        form,
        print(rows) {
          ports.stdout.write(ledgerCsv(rows, head));
          head = false;
        },
        end: () => {},
      };
    }
    case 'table':
      return tablePrinter(cli, form, endpoints);
  }
}

function tablePrinter({ screen }: Cli, form: LogForm, endpoints: () => readonly EndpointView[]): LogPrinter {
  const columns = logColumns(screen, endpoints, Date.now);
  let grid: Grid<ExchangeRecord> | undefined;
  let marked = false;
  const legend = (): void => {
    const words = { mark: EDGE_MARK };
    for (const line of wrapped(screen.text('edgeLegend', words), screen.width))
      screen.line(screen.paint.faint(line));
  };
  return {
    form,
    print(rows) {
      if (!grid) {
        grid = gridFor(columns, rows, { width: screen.width, steady: form.follow });
        screen.line(screen.paint.faint(grid.head.trimEnd()));
      }
      for (const row of rows) {
        screen.line(grid.line(row).trimEnd());
        if (!isMarked(row) || marked) continue;
        marked = true;
        if (form.follow) legend();
      }
    },
    end() {
      if (!marked || form.follow) return;
      screen.line();
      legend();
    },
  };
}
