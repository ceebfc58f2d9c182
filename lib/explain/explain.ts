import { setImmediate } from 'node:timers/promises'
import { OttokError } from '../config/errors.ts'
import type { Matrix, Tree, TreeEnsemble } from '../learning/index.ts'
import { solveGame, type TreeGames, treeGames } from './leaf-games.ts'

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
 * so it is computed once for each such mask and looked up afterwards.
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
  { bit, games }: TreeGames,
): (data: Float32Array, offset: number, sums: Float64Array, at: number) => void {
  const nodes = tree.feature.length
  const { feature, threshold, left, right, missingLeft } = tree
  const players = Uint8Array.from(games, (game) => game?.columns.length ?? 0)
  // One table for all leaves; a mask's answers are filled in when the mask is first met.
  const tableAt = new Uint32Array(nodes)
  const columnsAt = new Uint32Array(nodes)
  let tableSize = 0
  let columnsSize = 0
  for (let node = 0; node < nodes; node++) {
    tableAt[node] = tableSize
    columnsAt[node] = columnsSize
    columnsSize += players[node]!
    if (players[node]! <= longestTabled) tableSize += players[node]! << players[node]!
  }
  const columns = Int32Array.from(games.flatMap((game) => game?.columns ?? []))
  const table = new Float64Array(tableSize).fill(Number.NaN)
  const failing = new Int32Array(nodes)
  const answers = new Float64Array(longestWay)

  return (data, offset, sums, at) => {
    for (let node = 0; node < nodes; node++) {
      const column = feature[node]!
      const mask = failing[node]!
      if (column >= 0) {
        const x = data[offset + column]!
        const goesLeft = x < threshold[node]! || (missingLeft[node] === 1 && Number.isNaN(x))
        const l = left[node]!
        const r = right[node]!
        failing[l] = goesLeft ? mask : mask | (1 << bit[l]!)
        failing[r] = goesLeft ? mask | (1 << bit[r]!) : mask
        continue
      }
      const count = players[node]!
      if (count === 0) continue
      let from: Float64Array = table
      let place = tableAt[node]! + mask * count
      if (count > longestTabled) {
        from = answers
        place = 0
        solveGame(games[node]!, mask, answers, 0)
      } else if (Number.isNaN(table[place]!)) solveGame(games[node]!, mask, table, place)
      const names = columnsAt[node]!
      for (let j = 0; j < count; j++) sums[at + columns[names + j]!]! += from[place + j]!
    }
  }
}

function checkWays({ games }: TreeGames): void {
  const longest = Math.max(...games.map((game) => game?.columns.length ?? 0))
  if (longest <= longestWay) return
  throw new OttokError({
    what: 'cannot explain scores',
    cause: `A tree of the model tests ${longest} columns on one way; at most ${longestWay} are supported.`,
    mend: `Train with maxDepth of at most ${longestWay}.`,
  })
}
