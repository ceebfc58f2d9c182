import { dimensionsOf, type PartitionsDefinition } from './partitions/definitions.ts'
import { partitionColumns } from './partitions/partition.ts'

/**
 * SQL as a template of text. Inputs appear as markers that the store replaces by a table expression
 * over exactly the mapped partitions; partition bounds are ClickHouse query parameters.
 */
export function sql(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return strings.reduce((text, part, i) => text + part + (i < values.length ? String(values[i]) : ''), '')
}

/** What a SQL asset may say of the partitions that one statement makes. */
export interface PartitionRefs {
  /** Values of the time column in the first and the last window of the step: Date, or DateTime('UTC') for hours and cron. */
  readonly first: string
  readonly last: string
  /** Those of all windows of the step (an Array parameter). */
  readonly list: string
  /** Keys of a fixed or dynamic dimension by its name (Array(String) parameter). */
  readonly keys: (dimension: string) => string
}

const MARK = '\u0001'

export function inputMarker(name: string): string {
  return `${MARK}${name}${MARK}`
}

/** What SQL of assets with these partitions may say of them. */
export function partitionRefsOf(definition: PartitionsDefinition): PartitionRefs {
  const time = partitionColumns({ definition }).find(({ type }) => type !== 'String')
  const type = time?.type ?? 'Date'
  return Object.freeze({
    first: `{p_first:${type}}`,
    last: `{p_last:${type}}`,
    list: `{p_list:Array(${type})}`,
    keys: (dimension: string) => `{p_${dimension}:Array(String)}`,
  })
}

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
  partitions: readonly { readonly values: Readonly<Record<string, string>> }[],
): Record<string, unknown> {
  const params: Record<string, unknown> = {}
  for (const { name, definition: dimension } of dimensionsOf(definition)) {
    const values = [...new Set(partitions.map((partition) => partition.values[name]!))]
    if (dimension.kind !== 'time') params[`p_${name}`] = values
    // As text, dates and moments come in order of time.
    else Object.assign(params, { p_list: values.sort(), p_first: values[0], p_last: values.at(-1) })
  }
  return params
}
