/** What stands for all that came too late. */
const OTHER = 'other';

const LABEL_MAX_CHARS = 100;

/** Values a label may have: the first `most` different ones, and `other` for the rest. */
export interface BoundedLabel {
  /** The value to write. `admit` false: a value not seen before does not get a place of its own. */
  of(value: string, admit?: boolean): string;
}

/**
 * Keeps a label's values few: each costs memory here and in whatever reads the metrics, and clients choose some of
 * them. Control characters and commas are replaced: prom-client joins labels by commas to tell series apart.
 */
export function createBoundedLabel(most: number): BoundedLabel {
  const known = new Map<string, string>();
  return {
    of(value, admit = true) {
      const written = known.get(value);
      if (written !== undefined) return written;
      if (!admit || known.size >= most) return OTHER;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
      const clean = value.slice(0, LABEL_MAX_CHARS).replace(/[\u0000-\u001f\u007f,]/g, '_');
      known.set(value, clean);
      return clean;
    },
  };
}
