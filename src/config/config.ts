/** The configuration: YAML in, one frozen validated value out; edits that keep the file's comments. */

export { applyChange, type ConfigChange, type ConfigValue, changeText, type RouteDraft } from './change.ts';
export { demoSettings } from './demo.ts';
export {
  addCluster,
  addEndpoint,
  type EndpointDraft,
  removeCluster,
  removeEndpoint,
  setEndpointEnabled,
  useCluster,
} from './edit.ts';
export { makeFolder } from './folder.ts';
export { jsonSchema } from './json-schema.ts';
export { maskText, unmaskText } from './masking.ts';
export { loadConfig, parseConfig } from './parse.ts';
export { type ConfigProblem, type Environment, formatProblems } from './problem.ts';
export { maskSecrets } from './redact.ts';
export { initialConfig } from './starter.ts';
export { type ConfigWatch, watchConfig } from './watch.ts';
export { writeAtomically } from './write.ts';
