export {
  areComparable,
  type CodeParts,
  type CodeVersion,
  type CodeVersionOptions,
  codeVersions,
} from './code-version.ts'
export { diffGraphs, type GraphDiff, type VersionedGraph } from './diff-graphs.ts'
export { atRevision, loadRevision, type Revision } from './git-base.ts'
export type { Formatter } from './sql-texts.ts'
