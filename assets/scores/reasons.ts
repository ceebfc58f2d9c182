import { explain } from '../../lib/explain/explain.ts'
import { familyRanking } from '../../lib/explain/families.ts'
import { actionableReason, chooseReasons, type Reason } from '../../lib/explain/reasons.ts'
import { churnFeatures } from '../../lib/features/churn-features.ts'
import type { Matrix, TreeEnsemble } from '../../lib/learning/index.ts'

/** Reasons shown with a score. */
export const REASONS = 3

/** Columns of one reason in tables, in the order of `reasonValues`. */
export const reasonColumns = {
  code: 'Nullable(String)',
  family: 'Nullable(String)',
  text_ru: 'Nullable(String)',
  text_en: 'Nullable(String)',
  direction: 'Nullable(String)',
  value: 'Nullable(String)',
  points: 'Nullable(Float32)',
} as const

export function reasonValues(reason: Reason | undefined): readonly unknown[] {
  if (!reason) return Object.keys(reasonColumns).map(() => null)
  const { code, family, text, direction, points } = reason
  return [code, family, text.ru, text.en, direction, valueText(reason), points]
}

/** What is told of one row. */
export interface RowReasons {
  readonly reasons: readonly Reason[]
  readonly actionable: string | null
}

/**
 * The strongest reasons of every row: exact SHAP contributions in log-odds, summed by family.
 *
 * @param day snapshot day, `YYYY-MM-DD`, from which dates in the texts are counted
 */
export async function reasonsOf(
  ensemble: TreeEnsemble,
  matrix: Matrix,
  day: string,
  signal: AbortSignal,
): Promise<RowReasons[]> {
  const contributions = await explain(ensemble, matrix, signal)
  const width = matrix.columns + 1
  const names = churnFeatures.map(({ name }) => name)
  const place = new Map(names.map((name, column) => [name, column]))
  const ranking = familyRanking(churnFeatures.map(({ family }) => family))
  return Array.from({ length: matrix.rows }, (_, row) => {
    const ranked = ranking(contributions.subarray(row * width, row * width + width))
    const get = (name: string): number | null => {
      const column = place.get(name)
      const value = column === undefined ? Number.NaN : matrix.data[row * matrix.columns + column]!
      return Number.isNaN(value) ? null : value
    }
    return {
      reasons: chooseReasons(ranked, { day, names, get }, REASONS),
      actionable: actionableReason(ranked, names),
    }
  })
}

/** The value for machines: a number as the model read it, the code of a platform; null is unknown. */
function valueText({ code, value }: Reason): string | null {
  if (value === null) return null
  const shape = churnFeatures.find(({ name }) => name === code)?.shape
  if (shape?.kind === 'top') return shape.codes[value - 1]?.code ?? null
  return Number.isInteger(value) ? String(value) : value.toFixed(4)
}
