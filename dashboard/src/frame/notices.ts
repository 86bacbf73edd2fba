import { signal } from '@preact/signals';
import type { ApiError } from './api.ts';
import { t } from './texts.ts';

/** A line that comes and goes. */
export interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
}

const SHOWN_MS = 6_000;
const MOST = 4;
let last = 0;

export const toasts = signal<readonly Toast[]>([]);

/** Says something in the corner; at most four at a time, the oldest goes first. */
export function toast(text: string, kind: Toast['kind'] = 'done'): void {
  last += 1;
  const id = last;
  toasts.value = [...toasts.value, { id, kind, text }].slice(-MOST);
  window.setTimeout(() => dismiss(id), kind === 'failed' ? 2 * SHOWN_MS : SHOWN_MS);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** An error in words, with what to do where the gateway itself could not say it. */
export function errorWords(error: ApiError): string {
  if (error.code === 'unreachable' || error.code === 'broken') return t('error.unreachable');
  if (error.message === '') return t('error.unreadable', { status: error.status });
  return error.message;
}
