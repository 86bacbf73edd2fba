import { filesOf } from '../files.ts';
import type { Run } from '../given.ts';

/** `config check`: 2 where something is wrong, each problem with its line and column. */
export const configCheck: Run = async ({ ports, screen }) => {
  const file = filesOf(ports.home).config;
  const { loadConfig, formatProblems } = await import('../../config/config.ts');
  const loaded = await loadConfig(file, ports.env);
  if (!loaded.ok) return screen.problems(formatProblems(file, loaded.error));
  const { clusters } = loaded.value;
  const ids = new Set(clusters.flatMap(({ endpoints }) => endpoints.map(({ id }) => id)));
  screen.say('configFine', { file, clusters: clusters.length, endpoints: ids.size });
  return 0;
};

/** `config schema`. */
export const configSchema: Run = async ({ screen }) => {
  const { jsonSchema } = await import('../../config/config.ts');
  screen.json(await jsonSchema());
  return 0;
};

/** `config path`. */
export const configPath: Run = async ({ ports, screen }) => {
  screen.line(filesOf(ports.home).config);
  return 0;
};
