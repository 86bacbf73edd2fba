import type { Language } from '../errors/catalogue.ts';

const two = (value: number): string => String(Math.trunc(Math.abs(value))).padStart(2, '0');

/** `2026-11-22 08:30:00 +08:00`: local time, with its offset, since those who read it may be elsewhere. */
export function instant(at: number): string {
  const date = new Date(at);
  const east = -date.getTimezoneOffset();
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time} ${east < 0 ? '-' : '+'}${two(east / 60)}:${two(east % 60)}`;
}

const UNITS = {
  en: { h: ' h', min: ' min', s: ' s' },
  zh: { h: ' 小时', min: ' 分钟', s: ' 秒' },
} as const;

/** `1 h 5 min`, `12 min`, `100.2 s`: two units at most. Below ten minutes in seconds, as timeouts are set. */
export function span(ms: number, language: Language): string {
  const { h, min, s } = UNITS[language];
  if (ms < 600_000) return `${Number((ms / 1_000).toFixed(1))}${s}`;
  const minutes = Math.round(ms / 60_000);
  const parts = [
    minutes >= 60 ? `${Math.floor(minutes / 60)}${h}` : '',
    minutes % 60 > 0 ? `${minutes % 60}${min}` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** Micro-USD as `$1.50`; in more digits where that would be next to nothing. */
export function money(microUsd: number): string {
  const usd = microUsd / 1e6;
  return `$${usd.toFixed(usd >= 0.1 || usd === 0 ? 2 : 4)}`;
}

/** `20 %`, `12.5 %`. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

/** As it stands in the configuration: whole seconds, rounded down. */
export const configSpan = (ms: number): string =>
  ms < 1_000 ? `${Math.floor(ms)}ms` : `${Math.floor(ms / 1_000)}s`;
