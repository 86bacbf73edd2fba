const two = (value: number) => String(value).padStart(2, '0');

/**
 * Makes `YYYY-MM-DD HH:mm:ss.SSS`, local time, from ms since the epoch. All but the milliseconds is made
 * once a second: a `Date` taken apart for each line costs more than the line.
 */
export function createStamp(): (at: number) => string {
  let second = Number.NaN;
  let text = '';
  return (at) => {
    const ofAt = Math.floor(at / 1000);
    if (ofAt !== second) {
      second = ofAt;
      const date = new Date(at);
      text = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.`;
    }
    return text + String(Math.floor(at - ofAt * 1000)).padStart(3, '0');
  };
}
