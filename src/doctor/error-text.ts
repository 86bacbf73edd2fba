/** What is read of an error body. */
const READ_CHARS = 16_384;
const SAID_CHARS = 200;

const isHtml = (text: string): boolean => /^\s*<(!doctype|html|head|center)/i.test(text);

function messageIn(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { error?: unknown; message?: unknown; detail?: unknown } | null;
    const error = body?.error as { message?: unknown } | string | undefined;
    const said = typeof error === 'string' ? error : (error?.message ?? body?.message ?? body?.detail);
    return typeof said === 'string' && said.trim() !== '' ? said : undefined;
  } catch {
    return undefined;
  }
}

const titleIn = (text: string): string | undefined => /<title>([^<]{1,300})/i.exec(text)?.[1];

/** What an error body says in one line of at most 200 characters: an error's message, a page's title, or its first line. */
export function saidIn(text: string): string {
  const read = text.slice(0, READ_CHARS);
  const said =
    messageIn(text.slice(0, 10 * READ_CHARS)) ?? (isHtml(read) ? titleIn(read) : read.trim().split('\n')[0]);
  return (said ?? '').replace(/\s+/g, ' ').trim().slice(0, SAID_CHARS);
}

/** Who speaks: the API, in JSON, or somebody's web page. */
export const isPage = (text: string): boolean => isHtml(text.slice(0, READ_CHARS));

/** Whether the body is a JSON object, as an API's errors are. */
export const isApiError = (text: string): boolean => messageIn(text) !== undefined || /^\s*\{/.test(text);

/** Whether an error is about the model asked for. */
export function speaksOfModel(text: string, model: string): boolean {
  const said = saidIn(text).toLowerCase();
  return said.includes(model.toLowerCase()) || /\bmodels?\b|模型/.test(said);
}
