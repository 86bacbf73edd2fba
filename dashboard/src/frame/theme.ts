import { computed, signal } from '@preact/signals';
import { remember, remembered } from './memory.ts';

export type ThemeChoice = 'auto' | 'light' | 'dark';

const NAME = 'qcc.theme';
const dark = globalThis.matchMedia?.('(prefers-color-scheme: dark)');
const systemIsDark = signal(dark?.matches ?? false);
const before = remembered('localStorage', NAME);

export const themeChoice = signal<ThemeChoice>(before === 'light' || before === 'dark' ? before : 'auto');

/** What is shown now. Charts read it: colours on a canvas do not follow the style sheet by themselves. */
export const theme = computed<'light' | 'dark'>(() =>
  themeChoice.value === 'auto' ? (systemIsDark.value ? 'dark' : 'light') : themeChoice.value,
);

/** Call once: follows the system, and shows the choice. */
export function followTheme(): void {
  dark?.addEventListener('change', ({ matches }) => {
    systemIsDark.value = matches;
  });
  showTheme();
}

export function chooseTheme(choice: ThemeChoice): void {
  themeChoice.value = choice;
  remember('localStorage', NAME, choice === 'auto' ? undefined : choice);
  showTheme();
}

function showTheme(): void {
  if (themeChoice.value === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = themeChoice.value;
}

/** A CSS variable's colour as the theme has it now: `rgb(…)`, fit for a canvas. */
export function colour(name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
