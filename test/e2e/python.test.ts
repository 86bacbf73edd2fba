import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatorScript } from '../../src/simulator/simulator.ts';
import { ROOT } from './harness/places.ts';
import { endAll, run } from './harness/process.ts';
import { cleanUp, gatewayProcess, tempFolder } from './harness/qcc.ts';
import { configFor, TEXT, upstream } from './harness/upstreams.ts';

const FOLDER = join(ROOT, 'test/e2e');

const works = (command: string, args: readonly string[]): Promise<boolean> =>
  run(command, args).then(
    ({ code }) => code === 0,
    () => false,
  );

const hasPython = await works('python3', ['-c', 'import ensurepip, venv']);
if (!hasPython) console.log('no python3 with venv and pip here: the Python SDKs are not tested');

const FIRST_FAILS: readonly (readonly [string, SimulatorScript])[] = [
  ['is well', { text: TEXT }],
  ['says 503', { status: 503 }],
  ['resets before any content', { reset: 0 }],
];

describe.skipIf(!hasPython)('the vendors’ Python SDKs', () => {
  let python = '';

  beforeAll(async () => {
    const venv = tempFolder('qcc-python-');
    python = join(venv, 'bin/python');
    expect((await run('python3', ['-m', 'venv', venv])).stderr).toBe('');
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
    const { code, stderr } = await run(python, [...install, '-r', join(FOLDER, 'requirements.txt')], {
      env: { HOME: venv },
    });
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  });

  afterEach(endAll);
  afterAll(cleanUp);

  it.each(FIRST_FAILS)('a cluster whose first endpoint %s: the exact text', async (_, script) => {
    const [first, second] = [await upstream(script), await upstream({ text: TEXT })];
    const gateway = await gatewayProcess(configFor([first, second]));
    const { code, stdout, stderr } = await run(python, [join(FOLDER, 'ask.py'), gateway.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const texts = Object.entries(JSON.parse(stdout) as Record<string, string>);
    expect(texts).toHaveLength(6);
    for (const [way, text] of texts) expect(text, way).toBe(TEXT);
    expect((await gateway.view()).failures).toBe(0);
  });
});
