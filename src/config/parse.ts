import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Settings } from '../domain/settings.ts';
import { buildSettings, type SectionsFound } from './build.ts';
import { crossCheck, type FoundCluster } from './checks.ts';
import { explain, unknownKey } from './explain.ts';
import type { ConfigProblem, Environment, Path } from './problem.ts';
import { resolver } from './reference.ts';
import { createSchemas, type SectionName, type SectionValues } from './schema.ts';
import { readSource, type Source } from './source.ts';

/** A name that can stand in a command, a metric's label and a YAML key without quotes. */
const CLUSTER_NAME = /^\p{L}[\p{L}\p{N}_.-]{0,63}$/u;

const MAX_SECRET_FILE_BYTES = 65_536;

type Schemas = ReturnType<typeof createSchemas>;
type Raw = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Reading {
  readonly source: Source;
  readonly schemas: Schemas;
  readonly problems: ConfigProblem[];
  readonly clusters: FoundCluster[];
  readonly sections: Record<string, unknown>;
}

function readCluster(reading: Reading, name: string, path: Path, raw: unknown): void {
  const { source, schemas, problems, clusters } = reading;
  if (!CLUSTER_NAME.test(name)) {
    const expected = 'expected a name of up to 64 letters, digits, "_", "-" and ".", starting with a letter';
    problems.push(source.problemAt(path, expected, 'key'));
  }
  const parsed = schemas.cluster.safeParse(raw);
  if (parsed.success) {
    clusters.push({ name, path, value: parsed.data });
    return;
  }
  clusters.push({ name, path });
  problems.push(...explain(parsed.error.issues, source, path));
}

function readClusters(reading: Reading, raw: unknown): void {
  if (isMapping(raw)) {
    for (const [name, value] of Object.entries(raw)) readCluster(reading, name, ['clusters', name], value);
    return;
  }
  const parsed = reading.schemas.sections.clusters.safeParse(raw);
  if (!parsed.success) reading.problems.push(...explain(parsed.error.issues, reading.source, ['clusters']));
}

/** Any other top-level key: a cluster if it holds `endpoints`, else a mistake. */
function readOther(reading: Reading, name: string, raw: unknown): void {
  if (isMapping(raw) && Object.hasOwn(raw, 'endpoints')) {
    readCluster(reading, name, [name], raw);
    return;
  }
  const unknown = unknownKey(name, Object.keys(reading.schemas.sections));
  const message = isMapping(raw) ? `${unknown} (a cluster's mapping needs the key endpoints)` : unknown;
  reading.problems.push(reading.source.problemAt([name], message, 'key'));
}

/** A section that is there but empty, as with all its lines commented out, counts as absent. */
function readSection(reading: Reading, name: Exclude<SectionName, 'clusters'>, raw: unknown): void {
  const parsed = reading.schemas.sections[name].safeParse(raw ?? undefined);
  if (parsed.success) reading.sections[name] = parsed.data;
  else reading.problems.push(...explain(parsed.error.issues, reading.source, [name]));
}

function readAll(reading: Reading, root: Raw): void {
  const { sections } = reading.schemas;
  for (const [name, raw] of Object.entries(root)) {
    if (name === 'clusters') readClusters(reading, raw ?? undefined);
    else if (!Object.hasOwn(sections, name)) readOther(reading, name, raw);
  }
  for (const name of Object.keys(sections) as SectionName[]) {
    if (name !== 'clusters') readSection(reading, name, root[name]);
  }
}

const byPlace = (a: ConfigProblem, b: ConfigProblem): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

/**
 * Reads a config text. All problems are reported, in the order of their places; syntax errors alone hide
 * the others. Never throws, whatever the text.
 */
export async function parseConfig(
  text: string,
  environment: Environment,
): Promise<Result<Settings, readonly ConfigProblem[]>> {
  const { source, problems: syntax } = readSource(text);
  if (source === undefined) return fail(syntax);
  const root = source.value ?? {};
  if (!isMapping(root)) return fail([...syntax, source.problemAt([], 'expected a mapping (key: value)')]);
  const { z } = await import('zod');
  const schemas = createSchemas(z, resolver(environment));
  const reading: Reading = { source, schemas, problems: [...syntax], clusters: [], sections: {} };
  readAll(reading, root);
  const { problems, clusters, sections } = reading;
  problems.push(...crossCheck({ source, clusters, sections: sections as SectionsFound }));
  if (problems.length > 0) return fail(problems.sort(byPlace));
  const values = new Map(clusters.map(({ name, value }) => [name, value!]));
  return ok(buildSettings(values, sections as Omit<SectionValues, 'clusters'>));
}

/** Only whole regular files: reading a pipe could wait for ever. Throws where it can't be read. */
function readSecretFile(path: string): string {
  const stats = statSync(path);
  if (!stats.isFile() || stats.size > MAX_SECRET_FILE_BYTES) throw new Error('not a small regular file');
  return readFileSync(path, 'utf8');
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file; "qcc init" writes one',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  EISDIR: 'expected a file, found a folder',
};

/** Reads and parses a config file; a file that can't be read is a problem without a line. */
export async function loadConfig(
  file: string,
  env: Environment['env'],
): Promise<Result<Settings, readonly ConfigProblem[]>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return fail([{ path: '', message: REASONS[code] ?? `it could not be read (${code})` }]);
  }
  return parseConfig(text, { env, readSecretFile, configFolder: dirname(resolve(file)) });
}
