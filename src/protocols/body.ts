import type { Body } from '../domain/body.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { BodyFacts } from '../domain/request.ts';
import { ok, type Result } from '../domain/result.ts';
import { createFieldReader } from './field-reader.ts';
import { FORMATS } from './formats.ts';
import { scanObject } from './json-scan.ts';

/**
 * Reads what the gateway needs of a request, without parsing it whole. Fails only where the body is no JSON
 * object; the detail says in words where.
 */
export function readBody(protocol: Protocol, body: Body | Uint8Array): Result<BodyFacts, { detail: string }> {
  const scanned = scanObject(body);
  if (!scanned.ok) return scanned;
  return ok(FORMATS[protocol].readFacts(createFieldReader(body, scanned.value)));
}
