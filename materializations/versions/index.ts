export {
  type CodeParts,
  type CodeVersion,
  type CodeVersionOptions,
  codeVersions,
} from './code-version.ts'
export { areComparable, sameCode } from './comparable.ts'
export { diffGraphs, type GraphDiff, type VersionedGraph } from './diff-graphs.ts'
export { atRevision, loadRevision, type Revision } from './git-base.ts'
export type { Formatter } from './sql-texts.ts'
