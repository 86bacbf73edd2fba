import type { CaseMessages } from './case-messages.ts';
import { CUT_CASES } from './messages-cuts.ts';
import { SETUP_CASES } from './messages-setup.ts';
import { UPSTREAM_CASES } from './messages-upstream.ts';

/** One entry for each way in which a request goes wrong. */
export const CASES = {
  ...UPSTREAM_CASES,
  ...SETUP_CASES,
  ...CUT_CASES,
} as const satisfies Record<string, CaseMessages>;

export type CaseName = keyof typeof CASES;
