export { gainImportance } from './importance.ts'
export { parseEnsemble } from './parse.ts'
export { predictMargin, predictMargins } from './predict.ts'
export type { Tree, TreeEnsemble } from './tree-ensemble.ts'
