/** What a family of features added to the margin of one row. */
export interface FamilyContribution {
  readonly family: string
  /** Sum over the family's columns, in log-odds; above 0 raises the risk. */
  readonly points: number
  /** The column of the family that added most in the family's direction. */
  readonly leadingColumn: number
}

/**
 * A function that sums the contributions of one row by family (windows of one quantity are one reason for people) and
 * gives all families, the strongest first. Equal strengths keep the order in which the families first occur.
 *
 * @param familyOf family of each column
 * @returns its argument is the row's numbers, one a column; a bias after them is not read
 */
export function familyRanking(
  familyOf: readonly string[],
): (contributions: Float32Array) => readonly FamilyContribution[] {
  const members = new Map<string, number[]>()
  for (const [column, family] of familyOf.entries()) {
    const known = members.get(family)
    if (known === undefined) members.set(family, [column])
    else known.push(column)
  }
  const families = [...members]
  return (contributions) =>
    families
      .map(([family, columns]) => {
        let points = 0
        for (const column of columns) points += contributions[column]!
        const direction = points < 0 ? -1 : 1
        let leadingColumn = columns[0]!
        for (const column of columns) {
          if (direction * contributions[column]! > direction * contributions[leadingColumn]!) leadingColumn = column
        }
        return { family, points, leadingColumn }
      })
      .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
}
