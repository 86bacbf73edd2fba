import { isIP } from 'node:net';

/** What is wrong with a base URL, or undefined. Says the scheme at most: a key may have been pasted here. */
export function baseUrlProblem(text: string): string | undefined {
  const expected = 'expected an http:// or https:// URL with a host';
  const scheme = /^([a-z][a-z0-9+.-]{0,20}):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return `${expected}, found ${text === '' ? 'nothing' : 'no scheme'}`;
  if (scheme !== 'http' && scheme !== 'https') return `${expected}, found scheme "${scheme}"`;
  if (/\s/.test(text)) return `${expected}, found white space in it`;
  if (!URL.canParse(text)) return `${expected}, found one that is not valid`;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    return `${expected}, found a user name or password in it; put credentials under api_key or headers`;
  }
  return /[?#]/.test(text) ? `${expected}, found a query or fragment after it` : undefined;
}

const PROXY_SCHEMES: readonly string[] = ['http:', 'https:', 'socks5:', 'socks5h:'];

/** What is wrong with a proxy's URL, or undefined. It may hold a password, so it is never shown. */
export function proxyProblem(text: string): string | undefined {
  const expected = 'expected an http://, https://, socks5:// or socks5h:// URL with a host';
  if (!/^[a-z0-9]+:\/\//i.test(text) || !URL.canParse(text)) return `${expected}, found something else`;
  const { protocol, hostname } = new URL(text);
  if (!PROXY_SCHEMES.includes(protocol)) return `${expected}, found scheme "${protocol.slice(0, -1)}"`;
  return hostname === '' ? `${expected}, found no host` : undefined;
}

/** What is wrong with a webhook's URL, or undefined. Its path or query is a credential, so it is never shown. */
export function webhookProblem(text: string): string | undefined {
  const expected = 'expected an http:// or https:// URL with a host';
  if (!/^https?:\/\//i.test(text) || /\s/.test(text) || !URL.canParse(text))
    return `${expected}, found something else`;
  const url = new URL(text);
  return url.username !== '' || url.password !== ''
    ? `${expected}, found a user name or password in it`
    : undefined;
}

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

/** An IP address (IPv6 without brackets) or a host name. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || (HOST_NAME.test(text) && !/^[\d.]+$/.test(text));
}

/** Whether only this machine can reach it. */
export function isLoopback(host: string): boolean {
  return (
    host === '::1' || host.toLowerCase() === 'localhost' || (isIP(host) === 4 && host.startsWith('127.'))
  );
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port` or `[ipv6]:port`; undefined = neither. Port 0 lets the system choose. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) return undefined;
  if (match?.[1] !== undefined ? isIP(host) !== 6 : !isHost(host)) return undefined;
  return { host, port };
}

/** `host:port`, with brackets around IPv6. */
export const hostText = ({ host, port }: Address): string =>
  isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
