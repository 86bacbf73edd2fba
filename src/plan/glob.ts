const compiled = new Map<string, RegExp>();

/** Does `text` fit a glob with `*` and `?`? Case does not matter: model names come in any. */
export function fits(glob: string, text: string): boolean {
  let pattern = compiled.get(glob);
  if (!pattern) {
    const source = glob
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.');
    pattern = new RegExp(`^${source}$`, 'is');
    compiled.set(glob, pattern);
  }
  return pattern.test(text);
}
