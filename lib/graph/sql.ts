import type { PartitionsDefinition } from './partitions/definitions.ts'
import { partitionColumns, partitionSpace } from './partitions/space.ts'

/**
 * SQL as a template of text. Inputs appear as markers that the store replaces by a table expression
 * over exactly the mapped partitions; partition bounds are ClickHouse query parameters.
 */
export function sql(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return strings.reduce((text, part, i) => text + part + (i < values.length ? String(values[i]) : ''), '')
}

/** What a SQL asset may say of the partitions that one statement makes. */
export interface PartitionRefs {
  /** First and last window date of the step (Date parameters). */
  readonly first: string
  readonly last: string
  /** All window dates of the step (Array(Date) parameter). */
  readonly list: string
  /** Keys of a fixed dimension by its name (Array(String) parameter). */
  readonly keys: (dimension: string) => string
}

const MARK = '\u0001'

export function inputMarker(name: string): string {
  return `${MARK}${name}${MARK}`
}

export const partitionRefs: PartitionRefs = Object.freeze({
  first: '{p_first:Date}',
  last: '{p_last:Date}',
  list: '{p_list:Array(Date)}',
  keys: (dimension: string) => `{p_${dimension}:Array(String)}`,
})

/** Replaces each input marker; throws for a marker that names no input. */
export function renderSql(template: string, tableOf: (input: string) => string): string {
  return template.replaceAll(new RegExp(`${MARK}([^${MARK}]*)${MARK}`, 'g'), (_, name: string) => tableOf(name))
}

/** The SQL with symbolic inputs and parameters: what the code version is taken from. */
export function renderSqlSymbolic(template: string): string {
  return renderSql(template, (name) => `input_${name}`)
}

/** Values of the partition parameters for a step over these partitions. */
export function partitionParams(
  definition: PartitionsDefinition,
  partitions: readonly { readonly values: Readonly<Record<string, string>>; readonly date: string | undefined }[],
): Record<string, unknown> {
  const params: Record<string, unknown> = {}
  const dates = [...new Set(partitions.flatMap((p) => (p.date === undefined ? [] : [p.date])))].sort()
  if (dates.length > 0) Object.assign(params, { p_first: dates[0], p_last: dates.at(-1), p_list: dates })
  for (const column of partitionColumns(partitionSpace(definition))) {
    if (column.type === 'String')
      params[`p_${column.name}`] = [...new Set(partitions.map((p) => p.values[column.name]!))]
  }
  return params
}
