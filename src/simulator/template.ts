import { randomBytes } from 'node:crypto';

/** Digits of an id; every id in an answer ends in the same ones. */
const ID_CHARACTERS = 24;

/** Stands where a call's id goes; random, so that no answer's text can contain it. */
export const ID_HOLE = randomBytes(ID_CHARACTERS / 2).toString('hex');

/** Stands where the time of creation goes, seconds since the epoch. */
export const CREATED_HOLE = 1_000_000_007;

const CREATED_FIELDS = ['"created":', '"created_at":'].map((name) => ({
  mark: Buffer.from(`${name}${CREATED_HOLE}`),
  offset: name.length,
}));
const ID_MARK = Buffer.from(ID_HOLE);

/** Bytes made once for many calls, with the places that differ from call to call. */
export interface Template {
  readonly bytes: Buffer;
  readonly ids: readonly number[];
  readonly created: readonly number[];
}

function places(bytes: Buffer, mark: Buffer, offset: number): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) {
    found.push(at + offset);
  }
  return found;
}

/** Finds the holes in a text. A quote inside a JSON string is escaped, so no answer's text looks like a field. */
export function template(text: string): Template {
  const bytes = Buffer.from(text);
  return {
    bytes,
    ids: places(bytes, ID_MARK, 0),
    created: CREATED_FIELDS.flatMap(({ mark, offset }) => places(bytes, mark, offset)),
  };
}

/** The bytes for one call; shared with other calls where nothing differs, so never to be changed. */
export function fill(made: Template, id: string, createdSeconds: number): Buffer {
  if (made.ids.length === 0 && made.created.length === 0) return made.bytes;
  const bytes = Buffer.allocUnsafe(made.bytes.length);
  made.bytes.copy(bytes);
  for (const at of made.ids) bytes.write(id, at, ID_CHARACTERS, 'latin1');
  const created = String(createdSeconds).padStart(10);
  for (const at of made.created) bytes.write(created, at, 10, 'latin1');
  return bytes;
}

let idPrefix = '';
let idCount = 0;

/** 24 digits, different for each call: a random start and a counter, since random bytes cost 1 µs a call. */
export function callId(): string {
  if (idCount % 65_536 === 0) idPrefix = randomBytes(10).toString('hex');
  idCount += 1;
  return idPrefix + (idCount % 65_536).toString(16).padStart(4, '0');
}
