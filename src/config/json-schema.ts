import { ok } from '../domain/result.ts';
import { createSchemas } from './schema.ts';

type Schema = Record<string, unknown>;

/**
 * JSON Schema (draft 7, which editors' YAML support speaks) of config.yaml. A key that is not a section
 * has to be a cluster: the form with the cluster's name at the top level.
 */
export async function jsonSchema(): Promise<object> {
  const { z } = await import('zod');
  const { cluster, sections } = createSchemas(z, (text) => ok(text));
  const options = { io: 'input', target: 'draft-7', unrepresentable: 'any' } as const;
  const { $schema, ...root } = z.toJSONSchema(z.strictObject(sections), options) as Schema;
  const { $schema: _, ...bare } = z.toJSONSchema(cluster, options) as Schema;
  return { $schema, title: 'QCC configuration', ...root, additionalProperties: bare };
}
