const SLOTS = 60;

/** Sums of the last `windowMs`, to a sixtieth of it. */
export interface Window<K extends string> {
  add(amounts: Readonly<Partial<Record<K, number>>>, now: number): void;
  sum(now: number): Readonly<Record<K, number>>;
}

/** Of fixed size, however much is added. */
export function createWindow<K extends string>(windowMs: number, names: readonly K[]): Window<K> {
  const slotMs = windowMs / SLOTS;
  const slots = new Map<number, Record<K, number>>();
  const zero = () => Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
  const forget = (now: number) => {
    const oldest = Math.floor(now / slotMs) - SLOTS + 1;
    for (const slot of slots.keys()) if (slot < oldest) slots.delete(slot);
  };
  return {
    add(amounts, now) {
      forget(now);
      const at = Math.floor(now / slotMs);
      const slot = slots.get(at) ?? zero();
      slots.set(at, slot);
      for (const name of names) slot[name] += amounts[name] ?? 0;
    },
    sum(now) {
      forget(now);
      const total = zero();
      for (const slot of slots.values()) for (const name of names) total[name] += slot[name];
      return total;
    },
  };
}
