/**
 * The floors of the house (docs: README, "Where things are"): imports run down only.
 *
 *   definitions.ts -> assets/ -> lib/{explain,uplift,drift,decisions} -> lib/{learning,features,sources}
 *                  -> lib/{warehouse,postgres} -> lib/{graph,objects,config}
 *
 * materializations/ stands beside assets/ and is given a graph; lib/churn mounts on top of lib through definitions.ts.
 * The parser is swc because TypeScript 7 has no JavaScript API; swc does not tell type imports from others, so types
 * count as imports too (they couple two folders just as much). Two rules need the difference and stand in
 * tests/structure/runtime-imports.test.ts: no cycles, and no stores called by assets. tests/structure also proves that
 * bad imports are rejected.
 */

const FLOORS = [
  ['config', 'graph', 'objects'],
  ['warehouse', 'postgres'],
  ['learning', 'features', 'sources'],
  ['explain', 'uplift', 'drift', 'decisions'],
]

const folders = (names) => `^lib/(${names.join('|')})/`

/** Each floor may import itself and what lies below; the folders above it are named in the error. */
const floorRules = FLOORS.slice(0, -1).map((floor, level) => ({
  name: `floor-${level}-imports-down-only`,
  comment: `lib/{${floor.join(',')}} stands below lib/{${FLOORS.slice(level + 1)
    .flat()
    .join(',')}}: move the shared part down.`,
  severity: 'error',
  from: { path: folders(floor) },
  to: { path: folders(FLOORS.slice(level + 1).flat()) },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...floorRules,
    {
      name: 'graph-imports-nothing-of-ours',
      comment: 'lib/graph is a pure library: no other folder of this repository may be reached from it.',
      severity: 'error',
      from: { path: '^lib/graph/' },
      to: { path: '^(lib|assets|materializations|tests)/|^definitions\\.ts$', pathNot: '^lib/graph/' },
    },
    {
      name: 'graph-does-no-input-or-output',
      comment: 'lib/graph is pure: files, processes and the network are the business of other folders.',
      severity: 'error',
      from: { path: '^lib/graph/' },
      to: { path: '^(node:)?(fs|fs/promises|child_process|net|http|https|worker_threads)$' },
    },
    {
      name: 'lib-knows-no-asset-and-no-materializer',
      comment: 'lib is HOW; what exists and how it is run are above it.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(assets|materializations)/|^definitions\\.ts$' },
    },
    {
      name: 'materializer-knows-no-asset',
      comment: 'The materializer is given a graph: it knows no asset and none of the module commands of lib/churn.',
      severity: 'error',
      from: { path: '^materializations/' },
      to: { path: '^assets/|^lib/churn/|^definitions\\.ts$' },
    },
    {
      name: 'assets-are-declarations',
      comment:
        'An asset is given its inputs and stores by its context; the materializer and lib/churn stand beside it.',
      severity: 'error',
      from: { path: '^assets/' },
      to: { path: '^materializations/|^lib/churn/|^definitions\\.ts$' },
    },
    {
      name: 'churn-commands-are-mounted-by-definitions',
      comment: 'lib/churn reaches the command line through definitions.ts only.',
      severity: 'error',
      from: { path: '^(lib|assets|materializations)/', pathNot: '^lib/churn/' },
      to: { path: '^lib/churn/' },
    },
    {
      name: 'simulator-knows-no-features-and-no-learning',
      comment: 'The simulated world must not know what is computed from it; it may use the log and the rule of labels.',
      severity: 'error',
      from: { path: '^lib/sources/simulator/' },
      to: {
        path: folders(['features', 'learning', 'explain', 'uplift', 'drift', 'decisions']),
        pathNot: '^lib/features/labels/',
      },
    },
    {
      name: 'truth-stays-apart',
      comment: 'Only tests, lib/churn and definitions.ts may look at the simulated truth, directly or through others.',
      severity: 'error',
      from: { path: '^(assets|materializations|lib/(features|learning|explain|uplift|drift|decisions))/' },
      to: { path: '^lib/sources/simulator/truth(/|\\.ts$)', reachable: true },
    },
    {
      name: 'real-graphs-use-the-public-api',
      comment: 'Graphs under tests/real are built as a user of the package builds them: import from "ottok".',
      severity: 'error',
      from: { path: '^tests/real/', pathNot: '\\.test\\.ts$|/support/' },
      to: { path: '^(lib|assets|materializations)/|^definitions\\.ts$' },
    },
    {
      name: 'product-imports-no-test',
      comment: 'Tests and benchmarks are never part of the product.',
      severity: 'error',
      from: { path: '^(lib|assets|materializations)/|^definitions\\.ts$' },
      to: { path: '^tests/' },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'Imports must resolve; relative ones carry their .ts extension.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^ottok(/|$)' },
    },
    {
      name: 'no-undeclared-package',
      comment: 'The product may only import packages of "dependencies".',
      severity: 'error',
      from: { path: '^(lib|assets|materializations)/|^definitions\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
