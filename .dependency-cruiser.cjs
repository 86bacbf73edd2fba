// Rules made from architecture.mjs (loaded synchronously, hence the small parser-free import below).
const { execFileSync } = require('node:child_process');

const { LAYERS, FILES, OPEN, DOORLESS } = JSON.parse(
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      "import * as a from './architecture.mjs'; process.stdout.write(JSON.stringify(a))",
    ],
    { cwd: __dirname, encoding: 'utf8' },
  ),
);

const NODE_IO = '^(node:)?(fs|http|https|net|tls|dns|child_process|worker_threads|os|timers)(/|$)';

const escaped = (file) => file.replace('.', '\\.');

/** A pattern of what may be reached: folders, or single files. */
const reachable = (names) =>
  `^src/(${names.map((name) => (name.endsWith('.ts') ? `${escaped(name)}$` : `${name}/`)).join('|')})`;

const folderRules = Object.entries(LAYERS).map(([folder, { imports }]) => ({
  name: `${folder}-imports`,
  severity: 'error',
  comment: `src/${folder} may import: ${[...imports, ...OPEN].join(', ')}`,
  from: { path: `^src/${folder}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^src/',
    pathNot: reachable([folder, ...imports, ...OPEN.filter((o) => folder !== 'errors' || o === 'errors')]),
  },
}));

const fileRules = Object.entries(FILES).map(([file, { imports }]) => ({
  name: `${file}-imports`,
  severity: 'error',
  comment: `src/${file} may import: ${[...imports, ...OPEN].join(', ')}`,
  from: { path: `^src/${escaped(file)}$` },
  to: { path: '^src/', pathNot: reachable([...imports, ...OPEN]) },
}));

const ruled = Object.keys(FILES).map((file) => `${escaped(file)}$`);
const strayRule = {
  name: 'every-file-is-under-a-rule',
  severity: 'error',
  comment: 'a file at the top of src/ stands in FILES, a folder in LAYERS',
  from: {
    path: '^src/',
    pathNot: `^src/(${[...ruled, ...Object.keys(LAYERS).map((l) => `${l}/`)].join('|')})`,
  },
  to: {},
};

const doorRules = Object.keys(LAYERS)
  .filter((folder) => !DOORLESS.includes(folder))
  .map((folder) => ({
    name: `${folder}-door`,
    severity: 'error',
    comment: `src/${folder} has one door: ${folder}.ts`,
    from: { path: '^src/', pathNot: `^src/${folder}/` },
    to: { path: `^src/${folder}/`, pathNot: `^src/${folder}/${folder}\\.ts$` },
  }));

const coreRules = Object.entries(LAYERS)
  .filter(([, { kind }]) => kind === 'core')
  .map(([folder]) => ({
    name: `${folder}-is-pure`,
    severity: 'error',
    comment: 'core decides: no clock, no I/O, no environment',
    from: { path: `^src/${folder}/`, pathNot: '\\.test\\.ts$' },
    to: { path: NODE_IO },
  }));

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...folderRules,
    ...fileRules,
    strayRule,
    ...doorRules,
    ...coreRules,
    {
      name: 'dashboard-takes-types-only',
      severity: 'error',
      comment: 'browser code takes types from src/admin/admin.ts, and nothing else from the gateway',
      from: { path: '^dashboard/' },
      to: { path: '^src/', pathNot: '^src/admin/admin\\.ts$' },
    },
    {
      name: 'dashboard-takes-no-values',
      severity: 'error',
      comment: 'browser code takes types from src/admin/admin.ts, and nothing else from the gateway',
      from: { path: '^dashboard/' },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'dashboard-is-for-browsers',
      severity: 'error',
      comment: 'Node has its place in tests and in the build only',
      from: { path: '^dashboard/src/', pathNot: '\\.test\\.ts$' },
      to: { path: NODE_IO },
    },
    {
      name: 'gateway-knows-no-page',
      severity: 'error',
      comment: 'the gateway serves the built dashboard as files',
      from: { path: '^src/' },
      to: { path: '^dashboard/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js'] },
  },
};
