/** A field that holds what separates fields or rows stands in quotes. */
function field(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** CSV by RFC 4180: a header, CRLF after each row. What is not known is an empty field. */
export function csv(
  header: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  return [header, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}
