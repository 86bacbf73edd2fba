import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A key and the certificate that goes with it, as PEM. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

export interface Authority extends Credentials {
  readonly name: string;
  readonly privateKey: KeyObject;
}

interface Wanted {
  /** Host names and addresses it is made out to; the first is the subject, too. */
  readonly names: readonly string[];
  /** Instants, ms since the epoch. Default: from yesterday on, for a year. */
  readonly validFrom?: number;
  readonly validTo?: number;
  /** Who signs it; absent = itself. */
  readonly by?: Authority;
  readonly isAuthority?: boolean;
}

export const DAY_MS = 86_400_000;

/** DER (ITU-T X.690): tag, length, content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const integer = (bytes: Buffer) => der(0x02, bytes);
const bits = (bytes: Buffer) => der(0x03, Buffer.from([0]), bytes);
const octets = (bytes: Buffer) => der(0x04, bytes);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const YES = der(0x01, Buffer.from([0xff]));

const COMMON_NAME = oid('550403');
const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));
const ALTERNATIVE_NAMES = oid('551d11');
const BASIC_CONSTRAINTS = oid('551d13');

const nameOf = (text: string) => sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(text)))));

/** GeneralizedTime, to the second. */
const time = (ms: number) =>
  der(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]|\.\d+Z/g, '')}Z`));

const alternative = (name: string) =>
  isIP(name) === 4 ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name));

function extensions({ names, isAuthority }: Wanted): Buffer {
  const basic = sequence(BASIC_CONSTRAINTS, YES, octets(sequence(YES)));
  const named = sequence(ALTERNATIVE_NAMES, octets(sequence(...names.map(alternative))));
  return der(0xa3, sequence(...(isAuthority ? [basic] : [named])));
}

/** A certificate (RFC 5280, version 3) with an elliptic key, made on the spot: tests need such as end in five days. */
export function certificate(wanted: Wanted): Authority {
  const { names, by, validFrom = Date.now() - DAY_MS, validTo = Date.now() + 365 * DAY_MS } = wanted;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = names[0] ?? 'nobody';
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    nameOf(by?.name ?? name),
    sequence(time(validFrom), time(validTo)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions(wanted),
  );
  const signature = sign('sha256', body, by?.privateKey ?? privateKey);
  const whole = sequence(body, ECDSA_WITH_SHA256, bits(signature));
  const base64 = whole.toString('base64').replace(/.{1,64}/g, '$&\n');
  return {
    name,
    privateKey,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64}-----END CERTIFICATE-----\n`,
  };
}
