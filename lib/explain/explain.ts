import { setImmediate } from 'node:timers/promises'
import { OttokError } from '../config/errors.ts'
import type { Matrix, Tree, TreeEnsemble } from '../learning/index.ts'
import { type GameLeaf, solveGame, type TreeGames, treeGames } from './leaf-games.ts'

/** Longest way whose answers are kept in a table (2^8 x 8 numbers a leaf); longer ones are computed for each row. */
const longestTabled = 8
/** Ways are masks of 32 bits. */
const longestWay = 31
const yieldAfterMs = 25

/**
 * Exact path-dependent TreeSHAP (Lundberg et al., 2020) of the margin, before calibration: what each column added to
 * the log-odds of each row, compared with a row of which nothing is known.
 *
 * Each leaf is a game between at most depth many columns; its answer depends only on which of them let the row pass,
 * so it is computed once for each such mask and looked up afterwards, for two sibling leaves at once.
 *
 * @param signal looked at between trees; the promise then rejects with its reason
 * @returns rows x (columns + 1), row-major; the last column is the bias, and each row sums to its margin. Memory while
 *   it runs: 12 bytes for each number returned; give at most some 100,000 rows at once.
 * @throws OttokError when the matrix has another number of columns, or a tree tests over 31 columns on one way
 */
export async function explain(ensemble: TreeEnsemble, matrix: Matrix, signal?: AbortSignal): Promise<Float32Array> {
  if (matrix.columns !== ensemble.columns) {
    throw new OttokError({
      what: 'cannot explain scores',
      cause: `The matrix has ${matrix.columns} columns and the model reads ${ensemble.columns}.`,
      mend: 'Give the features that the model was trained on.',
    })
  }
  const width = matrix.columns + 1
  const sums = new Float64Array(matrix.rows * width)
  let bias = ensemble.baseMargin
  let lastYield = performance.now()
  for (const tree of ensemble.trees) {
    const games = treeGames(tree)
    checkWays(games)
    bias += games.expected
    const explainRow = treeExplainer(tree, games)
    for (let row = 0; row < matrix.rows; row++) {
      explainRow(matrix.data, row * matrix.columns, sums, row * width)
      if ((row & 1023) === 0 && performance.now() - lastYield > yieldAfterMs) {
        await setImmediate()
        signal?.throwIfAborted()
        lastYield = performance.now()
      }
    }
  }
  for (let at = matrix.columns; at < sums.length; at += width) sums[at] = bias
  return Float32Array.from(sums)
}

/** A function that adds one tree's contributions for one row to `sums[at ..]`. */
function treeExplainer(
  tree: Tree,
  { bit, leaves }: TreeGames,
): (data: Float32Array, offset: number, sums: Float64Array, at: number) => void {
  const { feature, threshold, left, right, missingLeft } = tree
  const inner = Int32Array.from(feature.keys()).filter((node) => feature[node]! >= 0)
  const nodeOf = Int32Array.from(leaves, ({ node }) => node)
  const playersOf = Int32Array.from(leaves, ({ game }) => game.columns.length)
  const columns = Int32Array.from(leaves.flatMap(({ game }) => game.columns))
  // One table for all leaves; the answers of a mask are filled in when the mask is first met.
  const tableAt = new Int32Array(leaves.length)
  let tableSize = 0
  playersOf.forEach((players, leaf) => {
    tableAt[leaf] = tableSize
    if (players <= longestTabled) tableSize += players << players
  })
  const table = new Float64Array(tableSize).fill(Number.NaN)
  const failing = new Int32Array(feature.length)
  const answers = new Float64Array(longestWay)

  return (data, offset, sums, at) => {
    for (let i = 0; i < inner.length; i++) {
      const node = inner[i]!
      const mask = failing[node]!
      const l = left[node]!
      const r = right[node]!
      const x = data[offset + feature[node]!]!
      if (x < threshold[node]! || (missingLeft[node] === 1 && Number.isNaN(x))) {
        failing[l] = mask
        failing[r] = mask | (1 << bit[r]!)
      } else {
        failing[l] = mask | (1 << bit[l]!)
        failing[r] = mask
      }
    }
    let names = 0
    for (let leaf = 0; leaf < nodeOf.length; leaf++) {
      const players = playersOf[leaf]!
      const mask = failing[nodeOf[leaf]!]!
      let from = table
      let place = tableAt[leaf]! + mask * players
      if (players > longestTabled) {
        from = answers
        place = 0
        solveLeaf(leaves[leaf]!, mask, answers, 0)
      } else if (Number.isNaN(table[place]!)) solveLeaf(leaves[leaf]!, mask, table, place)
      for (let j = 0; j < players; j++) sums[at + columns[names + j]!]! += from[place + j]!
      names += players
    }
  }
}

/** The answers of a leaf, and of its sibling where the two go together, written to `out[at ..]`. */
function solveLeaf({ game, sibling }: GameLeaf, mask: number, out: Float64Array, at: number): void {
  const players = game.columns.length
  out.fill(0, at, at + players)
  solveGame(game, mask, out, at)
  if (sibling !== undefined) solveGame(sibling, mask ^ (1 << (players - 1)), out, at)
}

function checkWays({ leaves }: TreeGames): void {
  const longest = Math.max(0, ...leaves.map(({ game }) => game.columns.length))
  if (longest <= longestWay) return
  throw new OttokError({
    what: 'cannot explain scores',
    cause: `A tree of the model tests ${longest} columns on one way; at most ${longestWay} are supported.`,
    mend: `Train with maxDepth of at most ${longestWay}.`,
  })
}
