import { inWords, rounded } from './figures.ts';
import { type NoSocket, openSocket } from './socket.ts';
import { type Finding, type Step, skipped } from './step.ts';
import type { Say } from './texts.ts';

const NAMES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

/** Names of the variables that other programs take a proxy from. */
export const proxyVariables = (env: Readonly<Record<string, string | undefined>>): string[] =>
  NAMES.filter((name) => (env[name] ?? '') !== '');

/** `proxy` as configured; only its scheme and host are ever shown. */
export function judgeProxy(proxy: string, opened: NoSocket | { readonly tookMs: number }, say: Say): Finding {
  const { protocol, host } = new URL(proxy);
  const shown = `${protocol}//${host}`;
  const data = { proxy: shown };
  if ('tookMs' in opened) {
    const summary = say('proxyFine', { proxy: shown, time: inWords(opened.tookMs) });
    return { status: 'ok', summary, data: { ...data, tookMs: rounded(opened.tookMs) } };
  }
  const status = /CONNECT with (\d{3})/.exec(opened.detail)?.[1];
  const what = say('proxyFails', { proxy: shown, detail: opened.detail });
  const fix = say(status === '407' ? 'proxyLoginFix' : status ? 'proxyRefusesFix' : 'proxyDeadFix');
  return { status: 'bad', summary: what, data, complaints: [{ severity: 'bad', what, fix }] };
}

export const proxyStep: Step = {
  name: 'proxy',
  needs: ['config'],
  async look(visit) {
    const { endpoint, ports, say } = visit;
    if (endpoint.proxy === undefined) {
      const names = proxyVariables(ports.env);
      return skipped(names.length === 0 ? say('proxyNone') : say('proxyUnused', { names: names.join(', ') }));
    }
    const opened = await openSocket(visit);
    if (!opened.ok) return judgeProxy(endpoint.proxy, opened.error, say);
    opened.value.socket.destroy();
    return judgeProxy(endpoint.proxy, opened.value, say);
  },
};
