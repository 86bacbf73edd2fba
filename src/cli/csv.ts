/** A field that holds what separates fields or rows stands in quotes. */
function field(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

type Fields = readonly (string | number | undefined)[];

/** Rows of a CSV whose header was written before. */
export function csvRows(rows: readonly Fields[]): string {
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** CSV by RFC 4180: a header, CRLF after each row. What is not known is an empty field. */
export function csv(header: readonly string[], rows: readonly Fields[]): string {
  return csvRows([header, ...rows]);
}
