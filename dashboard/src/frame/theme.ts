import { signal } from '@preact/signals';
import { remember, remembered } from './memory.ts';

export type ThemeChoice = 'auto' | 'light' | 'dark';

const NAME = 'qcc.theme';
const before = remembered('localStorage', NAME);

export const themeChoice = signal<ThemeChoice>(before === 'light' || before === 'dark' ? before : 'auto');

export function chooseTheme(choice: ThemeChoice): void {
  themeChoice.value = choice;
  remember('localStorage', NAME, choice === 'auto' ? undefined : choice);
  showTheme();
}

/** The system's own is what the style sheet does where nothing else is said. */
export function showTheme(): void {
  if (themeChoice.value === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = themeChoice.value;
}
