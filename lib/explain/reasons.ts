import type { FamilyContribution } from './families.ts'
import { type Facts, type Words, wordingOf } from './phrases/index.ts'
import { reasonFamily } from './reason-families.ts'

/** A family whose part of all points (sums of a row, without signs) is smaller is no reason worth naming. */
export const LEAST_SHARE = 0.05

/** Why a score is what it is: a family of features, in the words of the feature of it that counted most. */
export interface Reason {
  /** Name of that feature. */
  readonly code: string
  readonly family: string
  readonly text: Words
  readonly direction: 'raises' | 'lowers'
  /** Its value as the model read it; null is unknown. */
  readonly value: number | null
  /** Log-odds that the whole family added. */
  readonly points: number
}

/** The row that is explained. */
export interface ExplainedRow extends Facts {
  /** Features by column. */
  readonly names: readonly string[]
}

/** Families that tell people apart and count enough to be named, the strongest first. */
function worthNaming(ranked: readonly FamilyContribution[]): readonly FamilyContribution[] {
  let total = 0
  for (const { points } of ranked) total += Math.abs(points)
  return ranked.filter(
    ({ family, points }) => points !== 0 && Math.abs(points) >= LEAST_SHARE * total && !reasonFamily(family).common,
  )
}

/**
 * The strongest reasons in words, at most `k`. Of families that say nearly the same, and of features that come down to the
 * same fact of this account, only the strongest is named.
 *
 * @param ranked families of the row, the strongest first
 */
export function chooseReasons(ranked: readonly FamilyContribution[], row: ExplainedRow, k: number): readonly Reason[] {
  const said = new Set<string>()
  const reasons: Reason[] = []
  for (const { family, points, leadingColumn } of worthNaming(ranked)) {
    if (reasons.length === k) break
    const { group } = reasonFamily(family)
    if (group !== undefined && said.has(`group ${group}`)) continue
    const code = row.names[leadingColumn]!
    const value = row.get(code)
    const wording = wordingOf(code, value, row)
    if (wording.fact !== undefined && said.has(`fact ${wording.fact}`)) continue
    if (group !== undefined) said.add(`group ${group}`)
    if (wording.fact !== undefined) said.add(`fact ${wording.fact}`)
    const direction = points > 0 ? 'raises' : 'lowers'
    const text = (direction === 'raises' ? wording.leaving : wording.staying) ?? wording.plain
    reasons.push({ code, family, text, direction, value, points })
  }
  return reasons
}

/**
 * The feature that leads the strongest family which raises the risk and which a campaign can change, among all families
 * that are worth naming; null where there is none. It need not be one of the shown reasons.
 */
export function actionableReason(ranked: readonly FamilyContribution[], names: readonly string[]): string | null {
  const found = worthNaming(ranked).find(({ family, points }) => points > 0 && reasonFamily(family).actionable)
  return found ? names[found.leadingColumn]! : null
}
