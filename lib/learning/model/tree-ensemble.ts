/**
 * One tree, as parallel arrays over its nodes; node 0 is the root and parents stand before their children. A row goes
 * left where `x < threshold` (compared as 32-bit floats), and where x is missing and `missingLeft` is 1.
 */
export interface Tree {
  /** Column tested; -1 at a leaf. */
  readonly feature: Int32Array
  readonly threshold: Float32Array
  /** Index of the child; -1 at a leaf. */
  readonly left: Int32Array
  readonly right: Int32Array
  readonly missingLeft: Uint8Array
  /** Margin that a leaf adds (learning rate applied); 0 at inner nodes. */
  readonly value: Float32Array
  /** Sum of second derivatives of the training rows that reached the node: what SHAP weighs branches by. */
  readonly cover: Float32Array
  /** Loss that the split saved; 0 at a leaf. */
  readonly gain: Float32Array
}

/** A boosted classifier: the margin (log-odds) of a row is `baseMargin` plus one leaf value of each tree. */
export interface TreeEnsemble {
  /** Number of columns of a row. */
  readonly columns: number
  /** Log-odds before any tree, as a 32-bit float. */
  readonly baseMargin: number
  readonly trees: readonly Tree[]
}
