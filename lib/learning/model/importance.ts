import type { TreeEnsemble } from './tree-ensemble.ts'

/** The share of each column in the loss that all splits saved (XGBoost's `total_gain`, made to sum to 1). */
export function gainImportance(ensemble: TreeEnsemble): Float64Array {
  const importance = new Float64Array(ensemble.columns)
  let total = 0
  for (const tree of ensemble.trees) {
    for (let node = 0; node < tree.feature.length; node++) {
      if (tree.feature[node]! < 0) continue
      importance[tree.feature[node]!]! += tree.gain[node]!
      total += tree.gain[node]!
    }
  }
  return total === 0 ? importance : importance.map((gain) => gain / total)
}
