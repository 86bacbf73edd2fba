const two = (value: number) => String(value).padStart(2, '0');

/**
 * Makes stamps from ms since the epoch: `second` makes all but the milliseconds, once a second. A `Date` taken apart for
 * each line costs more than the line. The last stamp is kept, since lines that are made together mostly share it.
 */
function cached(second: (date: Date) => string, end: string): (at: number) => string {
  let madeFor = Number.NaN;
  let text = '';
  let lastAt = Number.NaN;
  let last = '';
  return (at) => {
    if (at === lastAt) return last;
    const ofAt = Math.floor(at / 1000);
    if (ofAt !== madeFor) {
      madeFor = ofAt;
      text = second(new Date(at));
    }
    lastAt = at;
    last = text + String(Math.floor(at - ofAt * 1000)).padStart(3, '0') + end;
    return last;
  };
}

/** `YYYY-MM-DD HH:mm:ss.SSS`, local time. */
export const createStamp = (): ((at: number) => string) =>
  cached(
    (date) =>
      `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.`,
    '',
  );

/** `YYYY-MM-DDTHH:mm:ss.SSSZ`, as `toISOString` writes it. */
export const createUtcStamp = (): ((at: number) => string) =>
  cached((date) => date.toISOString().slice(0, -4), 'Z');
