import { OttokError } from '../config/errors.ts'
import type { ModuleContext } from '../config/module-command.ts'
import type { Words } from '../explain/phrases/words.ts'

/** What the command reads of a row of the mart; the rest of the row is there too. */
export interface MartRow extends Record<string, unknown> {
  readonly user_id: string
  readonly snapshot_day: string
  readonly score_status: string
  readonly status_reason: string | null
  readonly segment: string | null
  readonly churn_probability: number | null
  readonly probability_low: number | null
  readonly probability_high: number | null
  readonly risk_band: string | null
  readonly risk_decile: number | null
  readonly risk_percentile: number | null
  readonly plan_code: string | null
  readonly plan_days: number | null
  readonly price_kopecks: number | null
  readonly payment_channel: string | null
  readonly tenure_days: number | null
  readonly spell_no: number | null
  readonly current_end: Date | null
  readonly days_to_end: number | null
  readonly auto_renew: boolean | null
  readonly cancel_requested_at: Date | null
  readonly actionable_reason_code: string | null
  readonly action_code: string | null
  readonly offer_code: string | null
  readonly channel: string | null
  readonly decision_basis: string | null
  readonly suppressed_reason: string | null
  readonly model_version: string | null
  readonly feature_version: string | null
  readonly mart_run_id: string | null
}

/** A reason as it stands in the mart. */
export interface MartReason {
  readonly code: string
  readonly family: string
  readonly text: string
  readonly direction: string
  readonly value: string | null
  readonly points: number
}

export function reasonsIn(row: MartRow, language: 'ru' | 'en'): readonly MartReason[] {
  return [1, 2, 3]
    .map((i) => (part: string) => row[`reason_${i}_${part}`])
    .filter((part) => typeof part('code') === 'string')
    .map((part) => ({
      code: part('code') as string,
      family: part('family') as string,
      text: part(`text_${language}`) as string,
      direction: part('direction') as string,
      value: part('value') as string | null,
      points: part('points') as number,
    }))
}

/**
 * The account's row of the current day, or of `date`.
 *
 * @param table the mart's view, qualified; that of all days stands beside it
 * @throws OttokError (wrong usage) when there is none
 */
export async function findMartRow(
  context: Pick<ModuleContext, 'query'>,
  table: string,
  userId: string,
  date: string | undefined,
): Promise<MartRow> {
  const read = (from: string, condition: string, values: readonly unknown[]) =>
    context.query<MartRow>(
      `SELECT m.*, m.snapshot_day::text AS snapshot_day FROM ${from} m WHERE user_id = $1${condition}`,
      values,
    )
  const rows =
    date === undefined
      ? await read(table, '', [userId])
      : await read(`${table}_all_days`, ' AND snapshot_day = $2::date', [userId, date])
  const [row] = rows
  if (row) return row
  const known = await context.query<{ user_id: string }>(`SELECT user_id FROM ${table} ORDER BY user_id LIMIT 3`)
  const days = await context.query<{ first: string | null; last: string | null }>(
    `SELECT min(snapshot_day)::text AS first, max(snapshot_day)::text AS last FROM ${table}_all_days`,
  )
  const { first, last } = days[0] ?? { first: null, last: null }
  throw new OttokError({
    what: `there is no account '${userId}' in ${table}${date === undefined ? '' : ` on ${date}`}`,
    cause:
      first === null
        ? 'The mart is empty.'
        : `The mart has a row for every account with an entitlement at the cut-off or in grace, for days ${first} to ${last}.`,
    mend:
      first === null
        ? 'Make it: ottok materialize +scores/mart.'
        : `Accounts look like ${known.map((k) => k.user_id).join(', ')}.`,
    exitCode: 2,
  })
}

/** Title of an offer, from the mart's dictionary; undefined where the mart holds none or does not know the code. */
export async function offerTitle(
  context: Pick<ModuleContext, 'query'>,
  schema: string,
  code: string | null,
): Promise<Words | undefined> {
  if (code === null) return undefined
  const table = `${schema}.dictionary_offer`
  const [found] = await context.query<{ present: boolean }>('SELECT to_regclass($1) IS NOT NULL AS present', [table])
  if (!found?.present) return undefined
  const [title] = await context.query<Words>(`SELECT title_ru AS ru, title_en AS en FROM ${table} WHERE code = $1`, [
    code,
  ])
  return title
}
