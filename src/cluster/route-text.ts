import type { Misfit } from './edge-fit.ts';
import type { Member } from './endpoint-state.ts';

const MOST_CHARACTERS = 200;
const MOST_NAMES = 3;

/** `142s`, `2.1s`, `350ms`. */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  return ms < 9_950 ? `${Number((ms / 1_000).toFixed(1))}s` : `${Math.round(ms / 1_000)}s`;
}

/** A header takes printable ASCII only, so an endpoint with another name goes by its id. */
const nameOf = ({ endpoint }: Member): string =>
  /^[\x21-\x7e][\x20-\x7e]{0,39}$/.test(endpoint.name) ? endpoint.name : endpoint.id;

const listed = (texts: readonly string[]): string =>
  texts.length > MOST_NAMES
    ? `${texts.slice(0, MOST_NAMES).join(', ')} and ${texts.length - MOST_NAMES} more`
    : texts.join(', ');

const clipped = (text: string): string =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 3)}...` : text;

/** `silence p95 142s measured n=12`. */
function expectedText({ expected, short }: Misfit): string {
  const ms = short === 'silence' ? expected.silenceMs : expected.totalMs;
  const samples = Math.round(expected.samples);
  return `${short} p95 ${spanText(ms)} ${expected.basis}${samples > 0 ? ` n=${samples}` : ''}`;
}

const allowedText = ({ short, allowedMs }: Misfit): string =>
  `${short === 'total' ? 'total ' : ''}${spanText(allowedMs)}`;

/** Others were passed over. */
export function skippedText(skipped: readonly Misfit[]): string {
  const names = skipped.map((misfit) => `${nameOf(misfit.member)} (${allowedText(misfit)})`);
  return clipped(`edge: ${listed(names)} skipped, ${expectedText(skipped[0]!)}`);
}

/** No endpoint of the cluster allows as much as is expected. */
export function longestText(taken: Misfit): string {
  const { member } = taken;
  return clipped(
    `edge ignored: none allows ${expectedText(taken)}; ${nameOf(member)} (${allowedText(taken)}) taken`,
  );
}

/** Those that would allow it can't be had. */
export function insteadText(
  taken: Misfit,
  missing: readonly { readonly member: Member; readonly because: string }[],
): string {
  const reasons = missing.map(({ member, because }) => `${nameOf(member)} ${because}`);
  return clipped(
    `edge ignored: ${listed(reasons)}; ${nameOf(taken.member)} (${allowedText(taken)}) taken, ${expectedText(taken)}`,
  );
}
