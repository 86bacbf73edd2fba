import { type Body, piecesOf } from '../domain/body.ts';
import { BodyScan, type Scan } from './body-scan.ts';

/** The same bytes as a `Buffer`, whose `indexOf` is native; nothing is copied. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A body is scanned to be understood, spliced and told from others, and never changed: long ones are scanned once. */
const REMEMBERED_FROM_BYTES = 4 * 1024;
const scans = new WeakMap<Body | Uint8Array, Scan>();

/** Finds the members of a JSON object that is there as a whole: see `BodyScan`. */
export function scanObject(body: Body | Uint8Array): Scan {
  if (body instanceof BodyScan) return body.end();
  if (body instanceof Uint8Array && body.length < REMEMBERED_FROM_BYTES) return scan(body);
  const known = scans.get(body);
  if (known !== undefined) return known;
  const made = scan(body);
  scans.set(body, made);
  return made;
}

function scan(body: Body | Uint8Array): Scan {
  const scanning = new BodyScan();
  for (const piece of piecesOf(body)) scanning.push(piece);
  return scanning.end();
}
