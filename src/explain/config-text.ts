/** A duration of the configuration that is not longer: whole seconds, or ms where it is shorter than a few. */
export const durationBelow = (ms: number): string =>
  ms < 5_000 ? `${Math.max(1, Math.floor(ms))}ms` : `${Math.floor(ms / 1_000)}s`;

/** A duration of the configuration: `90s`, `250ms`. */
export const durationText = (ms: number): string =>
  ms >= 1_000 && ms % 1_000 === 0 ? `${ms / 1_000}s` : `${Math.max(1, Math.round(ms))}ms`;

/** Words that YAML takes for something other than text. */
const RESERVED = /^(true|false|yes|no|on|off|null|y|n)$/i;

/** A text as YAML: plain where that is safe, else quoted. Quotes of JSON are quotes of YAML. */
export const yamlText = (text: string): string =>
  /^\p{L}[\p{L}\p{N}_.-]*$/u.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text);

/** A URL as YAML. */
export const yamlUrl = (url: string): string =>
  /^https?:\/\/[\w.:/@%~+-]+$/.test(url) ? url : JSON.stringify(url);

export const indented = (lines: readonly string[], by: number): readonly string[] =>
  lines.map((line) => `${' '.repeat(by)}${line}`);
