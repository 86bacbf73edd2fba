import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type GatewayError, gatewayError } from '../errors/gateway-error.ts';

/** What decides whether a request may use the admin API. */
export interface AccessFacts {
  readonly method: string;
  /** The peer's address, as the socket says it. */
  readonly peer: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** `admin.token`; absent = loopback only. */
  readonly token?: string;
}

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;
const LOOPBACK_PEER = /^(::1|(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i;
const JSON_TYPE = /^application\/json\s*(;|$)/i;

/** A proxy on this machine makes every peer look like loopback; these headers give it away. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip', 'cf-connecting-ip'] as const;

/**
 * Why a request may not use the admin API; undefined = it may.
 *
 * Without a token only this machine may ask, under a loopback name: a page that rebinds its own name to
 * 127.0.0.1 still sends that name as `Host`. With one, whoever presents it may, from anywhere, and nobody
 * else, loopback included. A page of another origin may never, and what changes something must be a request
 * that a plain HTML form cannot make.
 */
export function checkAccess(facts: AccessFacts): GatewayError | undefined {
  const detail =
    (facts.token === undefined ? checkPlace(facts) : checkToken(facts.headers, facts.token)) ??
    checkOrigin(facts.headers) ??
    checkIntent(facts);
  return detail === undefined ? undefined : gatewayError('admin_forbidden', { detail });
}

/**
 * The same for the dashboard's own files, which hold no data: with a token anyone may load them, since a browser can't
 * present it before there is a page that asks for it.
 */
export function checkPageAccess(facts: AccessFacts): GatewayError | undefined {
  const detail = facts.token === undefined ? checkPlace(facts) : undefined;
  return detail === undefined ? undefined : gatewayError('admin_forbidden', { detail });
}

function checkPlace({ peer, headers }: AccessFacts): string | undefined {
  if (!LOOPBACK_PEER.test(peer ?? '')) return 'it does not come from this machine, and no admin.token is set';
  const forwarded = FORWARDED.find((name) => headers[name] !== undefined);
  if (forwarded) return `it came through a proxy (${forwarded}), and no admin.token is set`;
  if (!LOOPBACK_HOST.test(headers.host ?? '')) return 'its Host is not a loopback name';
  return undefined;
}

function checkToken(headers: IncomingHttpHeaders, token: string): string | undefined {
  const presented = presentedToken(headers);
  if (presented === undefined)
    return 'an admin token is needed (authorization: Bearer, or x-qcc-admin-token)';
  return sameSecret(presented, token) ? undefined : 'the admin token is wrong';
}

function presentedToken(headers: IncomingHttpHeaders): string | undefined {
  const own = headers['x-qcc-admin-token'];
  if (typeof own === 'string') return own;
  return /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];
}

/** Compares digests, so that neither length nor content shows in the time taken. */
function sameSecret(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

/** Browsers also say it where they send no `Origin`: for images and scripts (https://www.w3.org/TR/fetch-metadata/). */
function checkOrigin(headers: IncomingHttpHeaders): string | undefined {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') return 'it was made by a page of another site';
  if (origin === undefined) return undefined;
  const own = host?.toLowerCase();
  const asked = origin.toLowerCase();
  return own && (asked === `http://${own}` || asked === `https://${own}`)
    ? undefined
    : 'its Origin is another site';
}

function checkIntent({ method, headers }: AccessFacts): string | undefined {
  if (method === 'GET') return undefined;
  if (headers['x-qcc-admin'] === '1' || JSON_TYPE.test(headers['content-type'] ?? '')) return undefined;
  return 'a change needs the header x-qcc-admin: 1, or a JSON content type';
}
