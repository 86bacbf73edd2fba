import type { Run } from '../given.ts';
import { showAnswer, withGateway } from '../with-gateway.ts';

/** `proxy reload`: a configuration that is wrong leaves the gateway with the one it has. */
export const proxyReload: Run = (cli) =>
  withGateway(cli, async (gateway) =>
    showAnswer(cli, await gateway.post<{ clusters: number; endpoints: number }>('reload'), (counts) => {
      cli.screen.say('reloaded', counts);
      return 0;
    }),
  );
