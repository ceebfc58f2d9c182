/** What a family of features added to the margin of one row. */
export interface FamilyContribution {
  readonly family: string
  /** Sum over the family's columns, in log-odds; above 0 raises the risk. */
  readonly points: number
  /** The column of the family that added most in the family's direction. */
  readonly leadingColumn: number
}

/**
 * Sums the contributions of one row by family (windows of one quantity are one reason for people) and gives the `k`
 * strongest. Equal strengths keep the order in which the families first occur.
 *
 * @param contributions the row's numbers, one a column; a bias after them is not read
 * @param familyOf family of each column
 */
export function topFamilies(
  contributions: Float32Array,
  familyOf: readonly string[],
  k: number,
): readonly FamilyContribution[] {
  const members = new Map<string, number[]>()
  for (const [column, family] of familyOf.entries()) {
    const known = members.get(family)
    if (known === undefined) members.set(family, [column])
    else known.push(column)
  }
  return [...members]
    .map(([family, columns]) => {
      const points = columns.reduce((sum, column) => sum + contributions[column]!, 0)
      const direction = points < 0 ? -1 : 1
      const leadingColumn = columns.reduce((best, column) =>
        direction * contributions[column]! > direction * contributions[best]! ? column : best,
      )
      return { family, points, leadingColumn }
    })
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, k)
}
