import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand right, in figures of one width. */
  readonly numeric?: boolean;
  /** Makes the column sortable; undefined sorts last. */
  readonly sort?: (row: Row) => number | string | undefined;
  /** Takes what width is left, and is cut with an ellipsis. */
  readonly wide?: boolean;
  /** Has a line of the card to itself. */
  readonly line?: boolean;
}

export interface Sorting {
  readonly key: string;
  readonly down: boolean;
}

/** Rows in the order asked for; the order they came in decides ties. */
export function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | undefined,
): readonly Row[] {
  const by = columns.find(({ key }) => key === sorting?.key)?.sort;
  if (!by || !sorting) return rows;
  const sign = sorting.down ? -1 : 1;
  return [...rows].sort((left, right) => {
    const [a, b] = [by(left), by(right)];
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    return a < b ? -sign : a > b ? sign : 0;
  });
}

/** `cost` or `-cost`, as it stands in the address. */
export function parseSorting(text: string | null): Sorting | undefined {
  if (!text) return undefined;
  return { key: text.replace(/^-/, ''), down: text.startsWith('-') };
}

export const sortingText = ({ key, down }: Sorting): string => (down ? `-${key}` : key);

/**
 * A table that becomes a list of cards where the page is narrow. With `link`, the first cell of a row is a link
 * that reaches over the whole row. The roles are said since a table shown as blocks loses its own. `caption` is for those who do not see the heading above it.
 */
export function Table<Row>(props: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  link?: (row: Row) => string | undefined;
  rowClass?: (row: Row) => string | undefined;
  sorting?: Sorting | undefined;
  onSort?: (sorting: Sorting) => void;
}) {
  const { columns, sorting, onSort } = props;
  return (
    <div class="scroll">
      <table class="table" role="table">
        <caption class="unseen">{props.caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <Heading key={column.key} column={column} sorting={sorting} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {sorted(props.rows, columns, sorting).map((row) => (
            <BodyRow
              key={props.rowKey(row)}
              row={row}
              columns={columns}
              link={props.link?.(row)}
              rowClass={props.rowClass?.(row)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf<Row>({ numeric, wide, line }: Column<Row>): string | undefined {
  return [numeric && 'numeric', wide && 'wide', line && 'line'].filter(Boolean).join(' ') || undefined;
}

function Heading<Row>(props: {
  column: Column<Row>;
  sorting: Sorting | undefined;
  onSort: ((sorting: Sorting) => void) | undefined;
}) {
  const { column, sorting, onSort } = props;
  const current = sorting?.key === column.key ? sorting : undefined;
  const kind = classOf(column);
  if (!column.sort || !onSort)
    return (
      <th role="columnheader" scope="col" class={kind}>
        {column.title}
      </th>
    );
  const next = { key: column.key, down: current ? !current.down : (column.numeric ?? false) };
  return (
    <th
      role="columnheader"
      scope="col"
      class={kind}
      aria-sort={current ? (current.down ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" class="sort" onClick={() => onSort(next)}>
        {column.title}
        <span aria-hidden="true" class="sort-mark">
          {current ? (current.down ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  );
}

function BodyRow<Row>(props: {
  row: Row;
  columns: readonly Column<Row>[];
  link: string | undefined;
  rowClass: string | undefined;
}) {
  const { row, columns, link } = props;
  return (
    <tr role="row" class={[link ? 'linked' : '', props.rowClass ?? ''].join(' ').trim() || undefined}>
      {columns.map((column, index) => (
        <td key={column.key} role="cell" data-label={column.title} class={classOf(column)}>
          {index === 0 && link ? (
            <a href={link} class="row-link">
              {column.cell(row)}
            </a>
          ) : (
            column.cell(row)
          )}
        </td>
      ))}
    </tr>
  );
}
