import { createSseParser } from '../sse/sse.ts';

/**
 * Takes the usage chunk out of a Chat stream that the gateway asked for itself, for a client that did not. Works on
 * whole events: what is not one yet waits.
 */
export function hideUsage(): (chunk: Buffer) => Buffer {
  const parser = createSseParser();
  return (chunk) => {
    let out = '';
    for (const { data } of parser.push(chunk)) {
      if (!isUsageChunk(data)) out += `data: ${data}\n\n`;
    }
    return Buffer.from(out);
  };
}

/** The one chunk without choices: cheap to tell before it is parsed. */
function isUsageChunk(data: string): boolean {
  if (!data.includes('"usage"') || !/"choices"\s*:\s*\[\s*\]/.test(data)) return false;
  try {
    const chunk = JSON.parse(data) as { choices?: unknown[]; usage?: unknown };
    return chunk.choices?.length === 0 && chunk.usage !== undefined && chunk.usage !== null;
  } catch {
    return false;
  }
}
