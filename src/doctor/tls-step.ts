import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { fail, ok, type Result } from '../domain/result.ts';
import { inWords, rounded } from './figures.ts';
import { type NoSocket, noSocket, openSocket } from './socket.ts';
import { type Complaint, type Finding, type Step, skipped, type Visit, withComplaints } from './step.ts';
import type { Say } from './texts.ts';

/** A certificate and the connection it came on. Instants in ms since the epoch. */
export interface TlsMeasured {
  readonly host: string;
  readonly version: string;
  readonly cipher: string;
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  readonly validFrom: number;
  readonly validTo: number;
  readonly handshakeMs: number;
  /** Why it is not trusted, in OpenSSL's word; absent = it is. */
  readonly distrust?: string;
  /** It is made out to somebody else. */
  readonly wrongName: boolean;
}

const DAY_MS = 86_400_000;
const SHORT_DAYS = 14;
const HANDSHAKE_MS = 10_000;
const SHOWN_CHARS = 300;

const day = (instant: number): string => new Date(instant).toISOString().slice(0, 10);

/** In days, rounded down. */
const daysLeft = (validTo: number, now: number): number => Math.floor((validTo - now) / DAY_MS);

function aboutDistrust(code: string, say: Say): Complaint {
  const bad = (what: Parameters<Say>[0], fix: Parameters<Say>[0]): Complaint => ({
    severity: 'bad',
    what: say(what, { code }),
    fix: say(fix),
  });
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return bad('certSelfSigned', 'certOwnFix');
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return bad('certUnknownIssuer', 'certOwnFix');
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
      return bad('certChainBroken', 'certChainBrokenFix');
    default:
      return bad('certDistrusted', 'certOwnFix');
  }
}

function aboutDates({ validFrom, validTo }: TlsMeasured, now: number, say: Say): Complaint[] {
  if (now > validTo) {
    const what = say('certExpired', { date: day(validTo), days: -daysLeft(validTo, now) });
    return [{ severity: 'bad', what, fix: say('certRenewFix') }];
  }
  if (now < validFrom) {
    return [
      { severity: 'bad', what: say('certNotYet', { date: day(validFrom) }), fix: say('certNotYetFix') },
    ];
  }
  const days = daysLeft(validTo, now);
  if (days >= SHORT_DAYS) return [];
  return [
    { severity: 'warning', what: say('certShort', { days, date: day(validTo) }), fix: say('certRenewFix') },
  ];
}

/** Dates have complaints of their own, with the day in them. */
const ABOUT_DATES = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID']);

export function judgeTls(measured: TlsMeasured, now: number, say: Say): Finding {
  const { host, version, cipher, subject, issuer, names, validTo, handshakeMs, distrust, wrongName } =
    measured;
  const complaints = aboutDates(measured, now, say);
  if (wrongName) {
    const what = say('certWrongName', { host, names: names || subject });
    complaints.push({ severity: 'bad', what, fix: say('certWrongNameFix') });
  }
  if (distrust !== undefined && !ABOUT_DATES.has(distrust)) complaints.push(aboutDistrust(distrust, say));
  // What keeps the gateway from connecting goes first.
  complaints.sort((a, b) => Number(a.severity !== 'bad') - Number(b.severity !== 'bad'));
  const days = daysLeft(validTo, now);
  return withComplaints(complaints, {
    summary: complaints[0]?.what ?? say('tlsFine', { version, days, time: inWords(handshakeMs) }),
    details: [
      say('tlsVersion', { version, cipher }),
      say('tlsSubject', { subject, names }),
      say('tlsIssuer', { issuer }),
      say('tlsValid', { from: day(measured.validFrom), to: day(validTo), days }),
    ],
    data: {
      ...measured,
      handshakeMs: rounded(handshakeMs),
      daysLeft: days,
      trusted: distrust === undefined && !wrongName,
    },
  });
}

/** No handshake at all: what speaks there is no TLS, or refuses ours. */
export function judgeNoTls({ code, detail, phase }: NoSocket, host: string, port: number, say: Say): Finding {
  const plain = /wrong version number|packet length too long|HTTP_REQUEST/i.test(detail);
  const what =
    phase === 'tls'
      ? say(plain ? 'tlsPlainPort' : 'tlsNoHandshake', { where: `${host}:${port}`, detail: detail || code })
      : say('tlsNoConnection', { where: `${host}:${port}`, detail: detail || code });
  const fix = say(plain ? 'tlsPlainPortFix' : 'tlsNoHandshakeFix');
  return {
    status: 'bad',
    summary: what,
    data: { code, detail },
    complaints: [{ severity: 'bad', what, fix }],
  };
}

const nameOf = (part: PeerCertificate['subject'] | undefined): string =>
  [part?.CN, part?.O]
    .flat()
    .filter((one) => one !== undefined && one !== '')
    .join(', ')
    .slice(0, SHOWN_CHARS) || '–';

function read(secured: TLSSocket, host: string, handshakeMs: number): TlsMeasured {
  const certificate = secured.getPeerCertificate();
  const { code } = (secured.authorizationError ?? {}) as { code?: string };
  const distrust = code ?? (secured.authorizationError ? String(secured.authorizationError) : undefined);
  return {
    host,
    version: secured.getProtocol() ?? '–',
    cipher: secured.getCipher().name,
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    names: (certificate.subjectaltname ?? '')
      .replaceAll('DNS:', '')
      .replaceAll('IP Address:', '')
      .slice(0, SHOWN_CHARS),
    validFrom: Date.parse(certificate.valid_from),
    validTo: Date.parse(certificate.valid_to),
    handshakeMs,
    ...(distrust === undefined ? {} : { distrust }),
    wrongName: checkServerIdentity(host, certificate) !== undefined,
  };
}

/** Makes a TLS connection of a bare one, whatever its certificate is worth: nothing secret goes over it. */
export function secure(visit: Visit, socket: Socket): Promise<Result<TLSSocket, NoSocket>> {
  const { host, ports, signal } = visit;
  return new Promise((resolve) => {
    const secured = connect({
      socket,
      host,
      servername: isIP(host) ? '' : host,
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: false,
    });
    const end = (result: Result<TLSSocket, NoSocket>) => {
      timer.cancel();
      signal.removeEventListener('abort', stop);
      if (!result.ok) secured.destroy();
      resolve(result);
    };
    const broken = (error: Error) => end(fail(noSocket(error, 'tls')));
    const timer = ports.clock.timer(HANDSHAKE_MS, () =>
      broken(new Error(`no handshake after ${HANDSHAKE_MS} ms`)),
    );
    const stop = () => broken(new Error('stopped'));
    signal.addEventListener('abort', stop);
    secured.once('secureConnect', () => end(ok(secured)));
    secured.on('error', broken);
    secured.once('close', () => broken(new Error('closed during the handshake')));
  });
}

export const tlsStep: Step = {
  name: 'tls',
  needs: ['config', 'dns', 'tcp', 'proxy'],
  async look(visit) {
    const { host, port, ports, say } = visit;
    if (!visit.secure) return skipped(say('tlsNotUsed'));
    const opened = await openSocket(visit);
    if (!opened.ok) return judgeNoTls(opened.error, host, port, say);
    const startedAt = ports.clock.now();
    const secured = await secure(visit, opened.value.socket);
    if (!secured.ok) {
      opened.value.socket.destroy();
      return judgeNoTls(secured.error, host, port, say);
    }
    const measured = read(secured.value, host, ports.clock.now() - startedAt);
    secured.value.destroy();
    return judgeTls(measured, ports.clock.wall(), say);
  },
};
