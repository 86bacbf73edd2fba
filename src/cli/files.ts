import { join } from 'node:path';

/** The files under `$QCC_HOME`. */
export interface HomeFiles {
  readonly config: string;
  readonly log: string;
  readonly pid: string;
}

export function filesOf(home: string): HomeFiles {
  return {
    config: join(home, 'config.yaml'),
    log: join(home, 'proxy.log'),
    pid: join(home, 'proxy.pid'),
  };
}
