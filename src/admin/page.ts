import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file of the dashboard, ready to be sent. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** Absent where compressing would not pay. */
  readonly gzip?: Buffer;
  readonly etag: string;
  /** Its name changes with its content. */
  readonly immutable: boolean;
}

/** The dashboard's files. */
export interface Page {
  /** `path` is what follows `/__qcc__/`: empty for the page itself. Undefined: no such file. */
  file(path: string): PageFile | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

const COMPRESSED = new Set(['.html', '.js', '.css', '.svg', '.json']);

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>QCC</title>
<p>The dashboard is not built. In the folder of QCC, run: <code>npm run build</code>, then load this page again.</p>
<p lang="zh">仪表盘尚未构建。请在 QCC 目录中运行 <code>npm run build</code>，然后刷新本页。</p>
</html>
`;

/**
 * The files that a build has put into `folder`, and nothing else: a request names one of a fixed list, never a path of
 * the disk. Read, and compressed, when the first is asked for; some 100 KB. Where there is no build, a page that says
 * how to make one, and the folder is looked at again next time.
 */
export function createPage(folder: string | undefined): Page {
  let files: ReadonlyMap<string, PageFile> | undefined;
  return {
    file(path) {
      files ??= folder === undefined ? undefined : readFiles(folder);
      const name = path === '' ? 'index.html' : path;
      if (files) return files.get(name);
      return name === 'index.html' ? fileOf('index.html', Buffer.from(NOT_BUILT)) : undefined;
    },
  };
}

/** `index.html` and what lies in `assets/`; undefined = there is no such build. */
function readFiles(folder: string): ReadonlyMap<string, PageFile> | undefined {
  try {
    const names = readdirSync(join(folder, 'assets'), { withFileTypes: true })
      .filter((entry: Dirent) => entry.isFile() && TYPES[extname(entry.name)] !== undefined)
      .map(({ name }) => `assets/${name}`);
    return new Map(
      ['index.html', ...names].map((name) => [name, fileOf(name, readFileSync(join(folder, name)))]),
    );
  } catch {
    return undefined;
  }
}

function fileOf(name: string, bytes: Buffer): PageFile {
  const extension = extname(name);
  const gzip = COMPRESSED.has(extension) ? gzipSync(bytes, { level: 9 }) : undefined;
  return {
    type: TYPES[extension] ?? 'application/octet-stream',
    bytes,
    ...(gzip && gzip.length < bytes.length ? { gzip } : {}),
    etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`,
    immutable: name.startsWith('assets/'),
  };
}
