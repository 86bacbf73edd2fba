/** Everything a protocol needs to write one answer down. */
export interface Composition {
  readonly model: string;
  /** Text of each text event. */
  readonly pieces: readonly string[];
  readonly thinking: boolean;
  /** Name of the tool to call; absent = no call. */
  readonly tool?: string;
  readonly tokens: TokenCounts;
  /** Chat: the client asked for a usage chunk. */
  readonly includeUsage: boolean;
  /** Pings between the opening and the first content. */
  readonly pings: number;
  /** Chat: end with `[DONE]`. */
  readonly done: boolean;
}

/** Tokens an answer reports. `prompt` includes the cached ones. */
export interface TokenCounts {
  readonly prompt: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Includes the reasoning tokens. */
  readonly output: number;
  readonly reasoning: number;
}

/** A streamed answer, cut where a script may pause or break it. */
export interface Frames {
  readonly opening: string;
  readonly pings: readonly string[];
  /** One per content event: thinking block, text events, tool call. */
  readonly steps: readonly string[];
  readonly closing: string;
  /** The error event that fits after `produced` steps. */
  readonly errorAfter: (produced: number) => string;
}

/** How one protocol writes an answer. */
export interface WireFormat {
  readonly stream: (composition: Composition) => Frames;
  readonly json: (composition: Composition) => string;
}

/** What the thinking block says. */
export const THOUGHTS = ['The question is understood. ', 'The answer is a list of words.'] as const;
export const THINKING_TOKENS = 16;
export const SIGNATURE = Buffer.from('signature of a simulated thinking block').toString('base64');

/** What the tool is called with. */
export const TOOL_INPUT = { query: 'simulated' } as const;
export const DEFAULT_TOOL = 'lookup';

/** An event with a name, as Anthropic Messages and OpenAI Responses send it. */
export const namedEvent = (data: { readonly type: string; readonly [field: string]: unknown }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
