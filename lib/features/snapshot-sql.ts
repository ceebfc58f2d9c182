import { type Feature, type Shape, type Window, windowsOf } from './feature.ts'
import { literal } from './labels/moments.ts'
import { snapshotStateColumns } from './labels/snapshot-state-sql.ts'

export interface SnapshotFeaturesRequest {
  /** Table expression of daily states: `dailyStatesSql` over the days (first - longest window, last]. */
  readonly states: string
  /** Table expression of the billing state at the same days: `snapshotStateSql`, or a table with its columns. */
  readonly billing: string
  /** Expression of type Array(Date): the snapshot days, in any order. */
  readonly days: string
  readonly features: readonly Feature[]
}

const column = ({ measure, days }: Window): string => `${measure.name}_${days}d`
const lastColumn = ({ measure }: Window): string => `${measure.name}_last`

/**
 * SQL of the daily user snapshot at each of `days`: the columns of the billing state, then a column for each feature whose
 * name is not one of them.
 *
 * A state row (day, lag) is part of window w of snapshot D iff D - w < day <= D and day + lag <= D: it enters at
 * D = day + lag, if lag < w, and leaves at D = day + w. So each row becomes one entry and one exit per window, these are
 * added up per user and snapshot day, and a running sum gives all windows at all days in one pass, whatever the number of
 * days. All of it is in whole numbers; ratios come last, row by row.
 */
export function snapshotSql(request: SnapshotFeaturesRequest): string {
  const { states, billing, features } = request
  const windows = distinctWindows(features)
  const lengths = [...new Set(windows.map(({ days }) => days))].sort((a, b) => a - b)
  const lasts = features.flatMap(({ shape }) =>
    shape.kind === 'recency' ? shape.measures.map((measure) => ({ measure, days: shape.days })) : [],
  )
  const changes = [
    ...windows.map((window) => {
      const { measure, days } = window
      const sign = `multiIf(lag >= ${days}, 0, leaves = 0, 1, leaves = ${days}, -1, 0)`
      return `sum(${measure.name} * ${sign}) AS ${column(window)}`
    }),
    ...lasts.map(
      (shape) => `max(if(leaves = 0 AND ${shape.measure.name} != 0, day, toDate(0))) AS ${lastColumn(shape)}`,
    ),
  ]
  const running = [
    ...windows.map((window) => `sum(${column(window)}) OVER past AS ${column(window)}`),
    ...lasts.map((shape) => `max(${lastColumn(shape)}) OVER past AS ${lastColumn(shape)}`),
  ]
  const days = `arraySort(arrayDistinct(${request.days}))`
  const steps = ['(toUInt16(lag), toUInt16(0))', ...lengths.map((w) => `(toUInt16(${w}), toUInt16(${w}))`)]
  const windowed = `
    SELECT user_id, slot,
      ${running.join(',\n      ')}
    FROM (
      SELECT user_id, if(moves <= days[1], 1, slots[dateDiff('day', days[1], moves) + 1]) AS slot,
        ${changes.join(',\n        ')}
      FROM (
        SELECT *, step.2 AS leaves, addDays(day, step.1) AS moves
        FROM ${states} ARRAY JOIN [${steps.join(', ')}] AS step
      )
      WHERE moves <= days[-1]
      GROUP BY user_id, slot
    )
    WINDOW past AS (PARTITION BY user_id ORDER BY slot ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`
  const billed = snapshotStateColumns.map(([name]) => `billing.${name} AS ${name}`)
  const held = new Set<string>(snapshotStateColumns.map(([name]) => name))
  const made = features.filter(({ name }) => !held.has(name)).map((one) => `${shapeSql(one.shape)} AS ${one.name}`)
  return `
WITH
  ${days} AS days,
  arrayMap(i -> arrayCount(d -> d < addDays(days[1], i), days) + 1, range(toUInt32(dateDiff('day', days[1], days[-1]) + 1))) AS slots
SELECT
  ${[...billed, ...made].join(',\n  ')}
FROM (SELECT *, indexOf(days, snapshot_day) AS slot FROM ${billing}) AS billing
ASOF LEFT JOIN (${windowed}) AS viewing
ON viewing.user_id = billing.user_id AND viewing.slot <= billing.slot
WHERE billing.slot > 0`
}

function distinctWindows(features: readonly Feature[]): Window[] {
  const wanted = features.filter(({ shape }) => shape.kind !== 'recency').flatMap(windowsOf)
  return [...new Map(wanted.map((window) => [column(window), window])).values()]
}

/** SQL of a feature's value over the running windows and the billing state. */
function shapeSql(shape: Shape): string {
  switch (shape.kind) {
    case 'window':
      return `viewing.${column(shape)}`
    case 'ratio': {
      const over = `viewing.${column(shape.over)}`
      const under = shape.under.map((term) => `viewing.${column(term)} * ${term.times ?? 1}`).join(' + ')
      return quotient(over, under)
    }
    case 'trend': {
      const recent = `viewing.${column(shape)}`
      const both = `viewing.${column({ measure: shape.measure, days: shape.days * 2 })}`
      return quotient(`2 * ${recent} - ${both}`, both)
    }
    case 'recency': {
      const since = `dateDiff('day', viewing.${lastColumn({ measure: shape.measures[0]!, days: shape.days })}, billing.snapshot_day)`
      return `if(${since} < ${shape.days}, toNullable(toInt32(${since})), NULL)`
    }
    case 'top': {
      const values = shape.codes.map(({ measure }) => `viewing.${column({ measure, days: shape.days })}`).join(', ')
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
