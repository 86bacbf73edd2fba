import { existsSync } from 'node:fs';
import { filesOf } from '../files.ts';
import type { Run } from '../given.ts';

/** `init`: writes a commented config.yaml to start from. */
export const init: Run = async ({ ports, screen }, given) => {
  const file = filesOf(ports.home).config;
  if (existsSync(file) && !given.flag('force')) return screen.fail(screen.text('configThere', { file }));
  const { initialConfig, writeAtomically } = await import('../../config/config.ts');
  try {
    writeAtomically(file, initialConfig(ports.env));
  } catch (thrown) {
    const detail = (thrown as NodeJS.ErrnoException).code ?? String(thrown);
    return screen.fail(screen.text('cannotWrite', { file, detail }));
  }
  screen.say('configWritten', { file });
  return 0;
};
