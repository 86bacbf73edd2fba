import { existsSync, readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

/** A Markdown file of the project. */
export interface Document {
  /** From the project's root: `docs/cli.md`. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of code. */
export interface CodeBlock {
  /** `yaml`; empty where none is named. */
  readonly language: string;
  readonly code: string;
}

export function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

function markdownIn(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => folder + name);
}

/** Those at the root and all under `docs/`. */
export const DOCUMENTS: readonly Document[] = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...markdownIn('docs/'),
]
  .sort()
  .map((path) => ({ path, text: read(path) }));

const FENCED = /^```(\w*)\n([\s\S]*?)^```$/gm;

export function codeBlocksOf(text: string): CodeBlock[] {
  return [...text.matchAll(FENCED)].map(([, language = '', code = '']) => ({ language, code }));
}

export const withoutCode = (text: string): string => text.replace(FENCED, '');

/** Titles with their depth: `## Try it`. */
export function headingsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#{1,6} .+$/gm)].map(([heading]) => heading);
}

/** Targets of links to files of the project, without those to other places of the same page. */
export function linksOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(https?:|mailto:|#)/.test(target));
}

/** Does a link of a document lead to a file, and to a title where it names one? */
export function leadsSomewhere(from: string, target: string): boolean {
  const [path = '', fragment] = target.split('#');
  const file = new URL(path, new URL(from, ROOT));
  if (!file.href.startsWith(ROOT.href) || !existsSync(file)) return false;
  return fragment === undefined || anchorsOf(readFileSync(file, 'utf8')).includes(fragment);
}

/** Anchors as GitHub makes them of titles. */
function anchorsOf(text: string): string[] {
  return headingsOf(text).map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}
