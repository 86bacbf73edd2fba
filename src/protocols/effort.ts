/** Efforts that ask a model not to reason. */
const NO_EFFORT = ['none', 'minimal'];

/** Whether a reasoning effort was asked for. */
export const asksForEffort = (effort: string | undefined): boolean =>
  effort !== undefined && !NO_EFFORT.includes(effort);
