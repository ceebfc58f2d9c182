import { OttokError } from '../config/errors.ts'
import { accountFactsSql } from './account-facts-sql.ts'
import { calendarFactsSql } from './calendar-facts-sql.ts'
import type { Feature, Shape, Window } from './feature.ts'
import { type CutoffRule, cutoffSql, literal } from './labels/moments.ts'
import { snapshotStateColumns } from './labels/snapshot-state-sql.ts'
import type { EventFamily } from './measure.ts'
import { familiesOf, lastColumn, runningWindowsSql, slotSql, windowColumn } from './running-windows-sql.ts'

export interface SnapshotFeaturesRequest {
  /** Table expressions of daily states by event family: `dailyStatesSql` over the days (first - longest window, last]. */
  readonly states: Readonly<Partial<Record<EventFamily, string>>>
  /** Table expression of the billing state at the same days: `snapshotStateSql`, or a table with its columns. */
  readonly billing: string
  /** Table expression of the change log of accounts, of all days up to the last (`accountFactsSql`). */
  readonly accounts?: string
  /** Table expression of the dated catalogues of the same days (`calendarFactsSql`). */
  readonly catalogue?: string
  /** Expression of type Array(Date): the snapshot days, in any order. */
  readonly days: string
  readonly features: readonly Feature[]
  readonly rule: CutoffRule
}

/**
 * SQL of the daily user snapshot at each of `days`: the columns of the billing state, then a column for each feature whose
 * name is not one of them. Windows are whole numbers; ratios come last, row by row.
 *
 * Throws an OttokError when a feature reads a table that is not given.
 */
export function snapshotSql(request: SnapshotFeaturesRequest): string {
  const { billing, features, rule } = request
  const reads = (table: string): boolean =>
    features.some(({ shape }) => shape.kind === 'state' && shape.expression.includes(`${table}.`))
  const joins = familiesOf(features).map((family) => {
    const windows = runningWindowsSql(given(request.states[family], `daily states of ${family}`), family, features)
    return `ASOF LEFT JOIN (${windows}) AS ${family} ON ${family}.user_id = billing.user_id AND ${family}.slot <= billing.slot`
  })
  const account = reads('account')
    ? accountFactsSql(given(request.accounts, 'change log of accounts'), rule)
    : undefined
  const calendar = reads('calendar')
    ? calendarFactsSql(given(request.catalogue, 'dated catalogue'), 'days', rule)
    : undefined
  if (account) {
    const placed = `SELECT *, ${slotSql('since')} AS slot FROM (${account}) WHERE since <= days[-1]`
    joins.push(`ASOF LEFT JOIN (SELECT * FROM (${placed}) ORDER BY since DESC LIMIT 1 BY user_id, slot) AS account
      ON account.user_id = billing.user_id AND account.slot <= billing.slot`)
  }
  if (calendar) joins.push(`LEFT JOIN (${calendar}) AS calendar ON calendar.snapshot_day = billing.snapshot_day`)
  const billed = snapshotStateColumns.map(([name]) => `billing.${name} AS ${name}`)
  const held = new Set<string>(snapshotStateColumns.map(([name]) => name))
  const made = features.filter(({ name }) => !held.has(name)).map((one) => `${shapeSql(one.shape)} AS ${one.name}`)
  return `
WITH
  arraySort(arrayDistinct(${request.days})) AS days,
  arrayMap(i -> arrayCount(d -> d < addDays(days[1], i), days) + 1, range(toUInt32(dateDiff('day', days[1], days[-1]) + 1))) AS slots
SELECT
  ${[...billed, ...made].join(',\n  ')}
FROM (SELECT *, indexOf(days, snapshot_day) AS slot, ${cutoffSql('snapshot_day', rule.zone)} AS cutoff FROM ${billing}) AS billing
${joins.join('\n')}
WHERE billing.slot > 0`
}

function given(table: string | undefined, name: string): string {
  if (table !== undefined) return table
  throw new OttokError({
    what: `the snapshot cannot be compiled: there is no ${name}`,
    cause: 'A feature reads it.',
    mend: 'Give its table expression, or leave out the features that read it.',
    exitCode: 2,
  })
}

/** A window among those that ran. */
function ran(window: Window): string {
  return `${window.measure.events}.${windowColumn(window)}`
}

/** SQL of a feature's value over the running windows and the billing state. */
function shapeSql(shape: Shape): string {
  switch (shape.kind) {
    case 'window':
      return ran(shape)
    case 'ratio': {
      const over = ran(shape.over)
      const under = shape.under.map((term) => `${ran(term)} * ${term.times ?? 1}`).join(' + ')
      return quotient(over, under)
    }
    case 'trend': {
      const recent = ran(shape)
      const both = ran({ measure: shape.measure, days: shape.days * 2 })
      return quotient(`2 * ${recent} - ${both}`, both)
    }
    case 'recency': {
      const lasts = shape.measures.map((measure) => `${measure.events}.${lastColumn(measure)}`).join(', ')
      const since = `dateDiff('day', greatest(${lasts}), billing.snapshot_day)`
      return `if(${since} < ${shape.days}, toNullable(toInt32(${since})), NULL)`
    }
    case 'top': {
      const values = shape.codes.map(({ measure }) => ran({ measure, days: shape.days })).join(', ')
      const codes = shape.codes.map(({ code }) => literal(code)).join(', ')
      return `if(arrayMax([${values}]) = 0, '', [${codes}][indexOf([${values}], arrayMax([${values}]))])`
    }
    case 'state':
      return shape.expression
  }
}

function quotient(over: string, under: string): string {
  return `if(${under} = 0, NULL, (${over}) / (${under}))`
}

/** Name and Float32 SQL, over the snapshot table, of what the models read of each feature; null is unknown. */
export function modelColumns(features: readonly Feature[]): { readonly name: string; readonly sql: string }[] {
  return features.map(({ name, shape }) => {
    if (shape.kind !== 'top') return { name, sql: `toFloat32(${name})` }
    const codes = shape.codes.map(({ code }) => literal(code)).join(', ')
    return { name, sql: `toFloat32(indexOf([${codes}], ${name}))` }
  })
}
