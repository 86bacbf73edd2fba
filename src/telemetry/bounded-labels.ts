/** What stands for all that came too late. */
const OTHER = 'other';

const LABEL_MAX_CHARS = 100;

/** Values a label may have: the first `most` different ones, and `other` for the rest. */
export interface BoundedLabel {
  /** The value to write. `admit` false: a value not seen before does not get a place of its own. */
  of(value: string, admit?: boolean): string;
}

/**
 * Keeps a label's values few and short: each costs memory here and in whatever reads the metrics, and clients choose
 * some of them. Control characters and commas are replaced: tools join labels by commas.
 */
export function createBoundedLabel(most: number): BoundedLabel {
  const known = new Map<string, string>();
  return {
    of(value, admit = true) {
      const short = value.length > LABEL_MAX_CHARS ? value.slice(0, LABEL_MAX_CHARS) : value;
      const written = known.get(short);
      if (written !== undefined) return written;
      if (!admit || known.size >= most) return OTHER;
      // A copy: a part of a longer text would keep the whole of it in memory.
      const own = Buffer.from(short).toString();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
      const clean = own.replace(/[\u0000-\u001f\u007f,]/g, '_');
      known.set(own, clean);
      return clean;
    },
  };
}
