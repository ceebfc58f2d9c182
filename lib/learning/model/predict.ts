import type { Matrix } from '../matrix.ts'
import type { TreeEnsemble } from './tree-ensemble.ts'

/**
 * The margin (log-odds) of one row, summed in 32-bit floats tree by tree, as XGBoost does it.
 *
 * @param data row-major numbers, NaN = missing
 * @param offset where the row begins
 */
export function predictMargin(ensemble: TreeEnsemble, data: Float32Array, offset = 0): number {
  let margin = ensemble.baseMargin
  for (const tree of ensemble.trees) {
    let node = 0
    while (tree.feature[node]! >= 0) {
      const x = data[offset + tree.feature[node]!]!
      const goesLeft = Number.isNaN(x) ? tree.missingLeft[node] === 1 : x < tree.threshold[node]!
      node = goesLeft ? tree.left[node]! : tree.right[node]!
    }
    margin = Math.fround(margin + tree.value[node]!)
  }
  return margin
}

/** The margin of every row. */
export function predictMargins(ensemble: TreeEnsemble, matrix: Matrix): Float32Array {
  return Float32Array.from({ length: matrix.rows }, (_, row) =>
    predictMargin(ensemble, matrix.data, row * matrix.columns),
  )
}
