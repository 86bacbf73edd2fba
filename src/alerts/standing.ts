/** What a look at a subject calls for. `held`: it went up and down too often to be told again. */
export type Change = 'raised' | 'reminder' | 'recovered' | undefined;

export interface Standing {
  readonly since: number;
  readonly change: Change;
  /** This is the last word on it for a while: it goes up and down. */
  readonly flaps: boolean;
}

interface Subject {
  /** Undefined = all is well. */
  since: number | undefined;
  toldAt: number;
  /** Down since, but not told: it flaps. */
  held: boolean;
  /** When it was told that it is bad, within the last hour. */
  raisedAt: number[];
}

export const REMIND_AFTER_MS = 3_600_000;
const MOST_RAISES = 3;

/** Subjects that are well or bad: one message as that changes, a reminder an hour while it stays bad. */
export interface Standings {
  /** `silently`: whatever is bad is taken for told. */
  look(subject: string, bad: boolean, now: number, silently?: boolean): Standing;
  /** It was bad at the last look: only then is there something to be said of one that is well. */
  isBad(subject: string): boolean;
  /** Forgets all subjects of that beginning that are not named: what is gone neither lasts nor recovers. */
  keepOnly(beginning: string, subjects: ReadonlySet<string>): void;
}

/** Pure but for what it remembers: the same looks give the same changes. */
export function createStandings(): Standings {
  const subjects = new Map<string, Subject>();

  function turnedBad(subject: Subject, now: number, silently: boolean): Change {
    subject.since = now;
    subject.toldAt = now;
    subject.raisedAt = subject.raisedAt.filter((at) => now - at < REMIND_AFTER_MS);
    subject.held = !silently && subject.raisedAt.length >= MOST_RAISES;
    if (silently || subject.held) return undefined;
    subject.raisedAt.push(now);
    return 'raised';
  }

  function stillBad(subject: Subject, now: number): Change {
    if (now - subject.toldAt < REMIND_AFTER_MS) return undefined;
    subject.toldAt = now;
    subject.held = false;
    return 'reminder';
  }

  function turnedWell(subject: Subject): Change {
    subject.since = undefined;
    return subject.held ? undefined : 'recovered';
  }

  return {
    look(name, bad, now, silently = false) {
      const subject = subjects.get(name) ?? { since: undefined, toldAt: 0, held: false, raisedAt: [] };
      const since = subject.since ?? now;
      if (!bad && subject.since === undefined) return { since, change: undefined, flaps: false };
      subjects.set(name, subject);
      const change = !bad
        ? turnedWell(subject)
        : subject.since === undefined
          ? turnedBad(subject, now, silently)
          : stillBad(subject, now);
      return { since, change, flaps: change === 'raised' && subject.raisedAt.length >= MOST_RAISES };
    },
    isBad: (name) => subjects.get(name)?.since !== undefined,
    keepOnly(beginning, names) {
      for (const name of subjects.keys())
        if (name.startsWith(beginning) && !names.has(name)) subjects.delete(name);
    },
  };
}
