import type { Settings } from '../domain/settings.ts';

/** What holds just now. One object a gateway, which all its parts look into; only `live` changes it. */
export interface Present {
  settings: Settings;
  demo: boolean;
  /** When the settings were read. */
  loadedAt: number;
  /** Why the settings that were read last are not those in force. */
  problem: string | undefined;
  /** It was told to stop: nothing new begins. */
  draining: boolean;
}
