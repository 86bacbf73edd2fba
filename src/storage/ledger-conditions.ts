/** A part of a `where`, with its values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

export const TRUE: Condition = { sql: 'true', values: [] };

/** Undefined asks for nothing. Each `?` of `sql` stands for the value. */
export function when(value: string | number | undefined, sql: string): Condition {
  return value === undefined ? TRUE : { sql, values: Array(sql.split('?').length - 1).fill(value) };
}

export function all(...conditions: readonly Condition[]): Condition {
  const said = conditions.filter((condition) => condition !== TRUE);
  if (said.length === 0) return TRUE;
  return { sql: said.map(({ sql }) => sql).join(' and '), values: said.flatMap(({ values }) => values) };
}

/** A condition without values, where it is asked for. */
export const whenSet = (wanted: boolean | undefined, sql: string): Condition =>
  wanted === true ? { sql, values: [] } : TRUE;
