import { OttokError } from '../config/errors.ts'
import type { Tree } from '../learning/index.ts'

/**
 * A leaf as a game between the columns tested on its way: column j either lets the row pass (all its tests point to
 * the leaf) or, when it is unknown, lets through the share `share[j]` of the training rows.
 */
export interface LeafGame {
  /** Columns on the way, each once, in the order of their first test; bit j of a mask is `columns[j]`. */
  readonly columns: readonly number[]
  /** Product of child cover / parent cover over the tests of that column. */
  readonly shares: readonly number[]
  readonly value: number
}

/** A leaf and its game. */
export interface GameLeaf {
  readonly node: number
  readonly game: LeafGame
  /**
   * The leaf beside this one, where the two can be answered together: their last column is tested nowhere else on the
   * way, so exactly one of them lets the row pass there, and its mask is this one's with the last bit turned.
   */
  readonly sibling?: LeafGame
}

/**
 * How the games of a tree are decided. `bit[node]` is the bit of the column that the node's parent tests, in the
 * numbering of every leaf below: a leaf's numbering extends its ancestors', so a mask is built on the way down.
 */
export interface TreeGames {
  readonly bit: Uint8Array
  /** The leaves in the order of their nodes. */
  readonly leaves: readonly GameLeaf[]
  /** Mean leaf value, weighted by cover: what the tree says of a row of which nothing is known. */
  readonly expected: number
}

/** Reads the games of a tree. A parent stands before its children, so one pass is enough. */
export function treeGames(tree: Tree): TreeGames {
  const ways: Pick<LeafGame, 'columns' | 'shares'>[] = [{ columns: [], shares: [] }]
  const bit = new Uint8Array(tree.feature.length)
  const leaves = new Map<number, GameLeaf>()
  let expected = 0
  for (let node = 0; node < tree.feature.length; node++) {
    const { columns, shares } = ways[node]!
    if (tree.feature[node]! < 0) {
      expected += shares.reduce((product, share) => product * share, tree.value[node]!)
      leaves.set(node, { node, game: { columns, shares, value: tree.value[node]! } })
      continue
    }
    const column = tree.feature[node]!
    const known = columns.indexOf(column)
    const place = known < 0 ? columns.length : known
    for (const child of [tree.left[node]!, tree.right[node]!]) {
      const share = shareOf(tree, node, child)
      bit[child] = place
      ways[child] =
        known < 0
          ? { columns: [...columns, column], shares: [...shares, share] }
          : { columns, shares: shares.map((before, i) => (i === place ? before * share : before)) }
    }
  }
  return { bit, leaves: joinSiblings(tree, leaves), expected }
}

/** Halves the work: most leaves of a full tree stand in pairs. */
function joinSiblings(tree: Tree, leaves: Map<number, GameLeaf>): GameLeaf[] {
  for (let node = 0; node < tree.feature.length; node++) {
    const left = leaves.get(tree.left[node]!)
    const right = leaves.get(tree.right[node]!)
    if (left === undefined || right === undefined) continue
    // Where the column was tested before, both leaves may fail it, and share their parent's list of columns.
    if (left.game.columns === right.game.columns) continue
    leaves.set(left.node, { ...left, sibling: right.game })
    leaves.delete(right.node)
  }
  return [...leaves.values()].filter(({ game }) => game.columns.length > 0)
}

function shareOf(tree: Tree, parent: number, child: number): number {
  const share = tree.cover[child]! / tree.cover[parent]!
  if (Number.isFinite(share)) return share
  throw new OttokError({
    what: 'cannot explain scores',
    cause: `A node of the model tests column ${tree.feature[parent]} and no training row reached it, so its branches have no shares.`,
    mend: 'Train with minChildWeight above 0.',
  })
}

/** Weights k! (d - 1 - k)! / d! of the coalitions of size k among d players, by d. */
const coalitionWeights: number[][] = []

function weightsFor(players: number): number[] {
  let weights = coalitionWeights[players]
  if (weights === undefined) {
    weights = [1 / players]
    for (let k = 1; k < players; k++) weights.push((weights[k - 1]! * k) / (players - k))
    coalitionWeights[players] = weights
  }
  return weights
}

/**
 * Shapley values of a leaf's game, added to `out[at ..]` in the order of its columns. With passing columns P,
 * failing columns F and v(S) = value * prod_{j in S} [j passes] * prod_{j not in S} share_j, a coalition counts only
 * when it lies in P, so with e_k the coefficients of prod_{j in P} (share_j + t):
 *   a failing column gets  -value * prod_F share * sum_k w_k e_k(P), the same for all,
 *   a passing column gets   value * prod_F share * (1 - share) * sum_k w_k e_k(P without it).
 *
 * @param failing bit j is set where column j does not let the row pass
 */
export function solveGame(game: LeafGame, failing: number, out: Float64Array, at: number): void {
  const { shares, value } = game
  const players = shares.length
  const weights = weightsFor(players)
  let scale = value
  for (let j = 0; j < players; j++) if ((failing >>> j) & 1) scale *= shares[j]!

  const coefficients = new Float64Array(players + 1)
  const weighted = (without: number): number => {
    let degree = 0
    coefficients[0] = 1
    for (let j = 0; j < players; j++) {
      if (j === without || (failing >>> j) & 1) continue
      coefficients[degree + 1] = coefficients[degree]!
      for (let k = degree; k > 0; k--) coefficients[k] = coefficients[k]! * shares[j]! + coefficients[k - 1]!
      coefficients[0]! *= shares[j]!
      degree++
    }
    let sum = 0
    for (let k = 0; k <= Math.min(degree, players - 1); k++) sum += weights[k]! * coefficients[k]!
    return sum
  }
  const ofFailing = failing === 0 ? 0 : -scale * weighted(-1)
  for (let j = 0; j < players; j++) {
    out[at + j]! += (failing >>> j) & 1 ? ofFailing : scale * (1 - shares[j]!) * weighted(j)
  }
}
