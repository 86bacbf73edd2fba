import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Check, Diagnosis } from '../../src/domain/checkup.ts';
import { certificate, DAY_MS } from '../harness/certificates.ts';
import { NGINX } from './harness/places.ts';
import { type Env, start, waitFor } from './harness/process.ts';
import { cleanUp, closeLater, homeWith, qcc, simulatorProcess, tempFolder } from './harness/qcc.ts';

afterEach(cleanUp);

interface Report {
  readonly endpoints: readonly { readonly checks: readonly Check[] }[];
  readonly diagnosis: Diagnosis;
}

async function doctor(config: string, args: readonly string[] = [], env: Env = {}) {
  const { code, stdout, stderr } = await qcc(homeWith(config), ['doctor', '--json', ...args], env);
  if (!stdout.startsWith('{')) throw new Error(`exit code ${code}: ${stderr}`);
  const { endpoints, diagnosis } = JSON.parse(stdout) as Report;
  const check = (name: string) => endpoints[0]?.checks.find((one) => one.name === name);
  return { code, diagnosis, check, stderr };
}

const configFor = (url: string) =>
  `clusters:\n  main:\n    endpoints:\n      - { name: e0, base_url: "${url}", api_key: key-0 }\n`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A real nginx in front of `target`. */
async function nginx(target: string, lines: string): Promise<string> {
  const folder = tempFolder('nginx-');
  // Where it is started by root it works as another user.
  chmodSync(folder, 0o755);
  const port = await freePort();
  for (const name of ['body', 'proxy', 'other']) mkdirSync(join(folder, name), { mode: 0o777 });
  const temporary = ['fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/other;`)
    .join('\n');
  const config = `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; ${temporary}
  server { listen 127.0.0.1:${port}; location / { proxy_pass ${target}; ${lines} } }
}
`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  const running = start(NGINX, [
    '-p',
    folder,
    '-c',
    join(folder, 'nginx.conf'),
    '-e',
    join(folder, 'error.log'),
  ]);
  const url = `http://127.0.0.1:${port}`;
  await waitFor('nginx', async () => {
    if (running.child.exitCode !== null) throw new Error(`nginx ended: ${running.output()}`);
    return fetch(url).then(
      () => true,
      () => false,
    );
  });
  return url;
}

/** nginx fills its buffers where it speaks HTTP/1.0 to the server; chunks of HTTP/1.1 it passes on. */
const HOLDING = 'proxy_buffering on; proxy_http_version 1.0;';
const FLOWING = 'proxy_buffering off; proxy_http_version 1.1;';

const WRITING = '{ "events": 60, "eventMs": 40 }';

describe('qcc doctor and a real nginx', () => {
  it('that buffers: the stream is found to be held back', async () => {
    const url = await nginx(await simulatorProcess(WRITING), HOLDING);
    const { code, check, diagnosis } = await doctor(configFor(url));
    expect(check('streaming')).toMatchObject({ status: 'warning', data: { manner: 'lumps' } });
    expect(diagnosis.problems.map((problem) => problem.fix).join()).toContain(FLOWING);
    expect(check('edge')?.data).toMatchObject({ edges: [{ name: 'nginx' }] });
    expect(code).toBe(1);
  });

  it('that does not: nothing is held back', async () => {
    const url = await nginx(await simulatorProcess(WRITING), FLOWING);
    const { check } = await doctor(configFor(url));
    expect(check('streaming')).toMatchObject({ status: 'ok', data: { manner: 'flowing' } });
  });

  it('that gives up after 1 s of silence', async () => {
    const url = await nginx(await simulatorProcess(WRITING), `${FLOWING} proxy_read_timeout 1s;`);
    const { check, diagnosis } = await doctor(configFor(url), [
      '--probe-edge',
      '--yes',
      '--silence-up-to',
      '20s',
    ]);
    expect(check('silence')).toMatchObject({ status: 'warning', data: { kind: 'cut', status: 504 } });
    const problem = diagnosis.problems.find((one) => one.check === 'silence');
    expect(problem?.config).toMatch(/^edge: \{ silence: \d+ms \}$/);
  });
});

describe('qcc doctor and certificates of an authority that is trusted', () => {
  async function trusted(validTo: number) {
    const authority = certificate({ names: ['Test CA'], isAuthority: true });
    const { key, cert } = certificate({ names: ['localhost'], by: authority, validTo });
    const file = join(tempFolder(), 'ca.pem');
    writeFileSync(file, authority.cert);
    const server = createHttpsServer({ key, cert }, (_, response) =>
      response.writeHead(401).end('{"error":"no"}'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closeLater({
      close: async () => {
        server.closeAllConnections();
        server.close();
      },
    });
    const { port } = server.address() as AddressInfo;
    return doctor(configFor(`https://localhost:${port}`), [], { NODE_EXTRA_CA_CERTS: file });
  }

  it('one that ends in 5 days is warned of, and the walk goes on', async () => {
    const { check, code } = await trusted(Date.now() + 5.5 * DAY_MS);
    expect(check('tls')).toMatchObject({ status: 'warning', data: { daysLeft: 5, trusted: true } });
    expect(check('key')).toMatchObject({ status: 'bad' });
    expect(code).toBe(1);
  });

  it('one that is good for a year is not', async () => {
    const { check } = await trusted(Date.now() + 365.5 * DAY_MS);
    expect(check('tls')).toMatchObject({ status: 'ok', data: { daysLeft: 365 } });
  });
});

describe('qcc doctor as a program', () => {
  it('says each step on stderr and what it found on stdout', async () => {
    const url = await simulatorProcess('{ "events": 30, "eventMs": 5 }');
    const { code, stdout, stderr } = await qcc(homeWith(configFor(url)), ['doctor', 'e0']);
    expect(stdout).toContain('✓ conversation');
    expect(stderr).toMatch(/^1\/14 config/m);
    expect(stdout + stderr).not.toContain('key-0');
    // A machine may be too busy for round trips to be short.
    expect(code).toBe(stdout.includes('Healthy: nothing found. Endpoints looked at: 1.') ? 0 : 1);
  });
});
