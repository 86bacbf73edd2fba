import type { Run } from '../given.ts';
import { untilInterrupted } from '../interrupt.ts';

const USUAL_HOST = '127.0.0.1';
const USUAL_PORT = 7861;

/** `simulate`: the scriptable upstream, until it is interrupted. */
export const simulate: Run = async ({ ports, screen }, given) => {
  const scriptFile = given.text('script');
  const started = await ports.startSimulator({
    host: given.text('host') ?? USUAL_HOST,
    port: given.number('port') ?? USUAL_PORT,
    ...(scriptFile === undefined ? {} : { scriptFile }),
  });
  if (!started.ok) return screen.fail(started.error.detail);
  screen.say('simulating', { url: started.value.url });
  // Its server keeps this process: left alone, a signal ends both.
  await (ports.interrupt ? untilInterrupted(ports) : new Promise(() => undefined));
  return 0;
};
