import { explain, topFamilies } from '../../lib/explain/index.ts'
import { churnFeatures } from '../../lib/features/index.ts'
import type { Matrix, TreeEnsemble } from '../../lib/learning/index.ts'

/** Reasons shown with a score. */
export const REASONS = 3

/** Why a score is what it is: one family of features, and the feature of it that counted most. */
export interface Reason {
  readonly code: string
  readonly family: string
  readonly textRu: string
  readonly textEn: string
  readonly direction: 'raises' | 'lowers'
  readonly value: string
  /** Log-odds that the family added. */
  readonly points: number
}

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
  return [reason.code, reason.family, reason.textRu, reason.textEn, reason.direction, reason.value, reason.points]
}

/** The strongest reasons of every row: exact SHAP contributions in log-odds, summed by family. */
export async function reasonsOf(ensemble: TreeEnsemble, matrix: Matrix, signal: AbortSignal): Promise<Reason[][]> {
  const contributions = await explain(ensemble, matrix, signal)
  const width = matrix.columns + 1
  const families = churnFeatures.map((feature) => feature.family)
  return Array.from({ length: matrix.rows }, (_, row) =>
    topFamilies(contributions.subarray(row * width, (row + 1) * width), families, REASONS).map((top) => {
      const feature = churnFeatures[top.leadingColumn]!
      const value = valueText(feature.name, matrix.data[row * matrix.columns + top.leadingColumn]!)
      return {
        code: feature.name,
        family: top.family,
        textRu: `${feature.title.ru}: ${value.ru}`,
        textEn: `${feature.title.en}: ${value.en}`,
        direction: top.points >= 0 ? ('raises' as const) : ('lowers' as const),
        value: value.en,
        points: top.points,
      }
    }),
  )
}

const YES_NO = new Set(['auto_renew', 'cancel_known', 'is_intro'])

/** A feature's value for people: yes and no, shares in percent, money in roubles, other numbers as they are. */
function valueText(name: string, value: number): { ru: string; en: string } {
  if (Number.isNaN(value)) return { ru: 'нет данных', en: 'no data' }
  if (YES_NO.has(name)) return value > 0 ? { ru: 'да', en: 'yes' } : { ru: 'нет', en: 'no' }
  if (name === 'platform_main') {
    const shape = churnFeatures.find((feature) => feature.name === name)?.shape
    const code = shape?.kind === 'top' ? shape.codes[value - 1]?.code : undefined
    return { ru: code ?? 'нет', en: code ?? 'none' }
  }
  if (name.includes('share') || name.includes('ratio') || name.includes('rate'))
    return both(`${Math.round(value * 100)}%`)
  if (name.endsWith('_kopecks')) return { ru: `${Math.round(value / 100)} ₽`, en: `${Math.round(value / 100)} RUB` }
  return both(Number.isInteger(value) ? String(value) : value.toFixed(2))
}

function both(text: string): { ru: string; en: string } {
  return { ru: text, en: text }
}
