import type { SchemaCheck } from '../../lib/graph/index.ts'
import { assetTables, type TableColumn } from '../lineage/asset-tables.ts'
import type { Lineage } from '../lineage/lineage.ts'
import type { CheckResult } from '../stores/staging.ts'

/** How columns differ from those of the last good version. */
export interface SchemaDifference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly retyped: readonly { readonly column: string; readonly from: string; readonly to: string }[]
}

/** What a schema check says of partitions that are about to be made with these columns; before the table is changed. */
export async function schemaResults(
  lineage: Lineage,
  assetKey: string,
  { name, severity, blocking }: SchemaCheck,
  columns: readonly TableColumn[],
  partitions: readonly string[],
): Promise<readonly CheckResult[]> {
  const before = (await assetTables(lineage, assetKey)).find((table) => table.current)
  const difference = schemaDifference(before?.columns ?? columns, columns)
  const detail = differenceText(difference)
  const passed = detail === ''
  return partitions.map((partition) => ({
    partition,
    check: name,
    severity,
    blocking,
    passed,
    detail: passed ? 'the columns are those of the last version' : detail,
    metadata: { ...difference },
  }))
}

export function schemaDifference(before: readonly TableColumn[], after: readonly TableColumn[]): SchemaDifference {
  const old = new Map(before.map(({ name, type }) => [name, type]))
  const names = new Set(after.map(({ name }) => name))
  return {
    added: after.filter(({ name }) => !old.has(name)).map(({ name, type }) => `${name} ${type}`),
    removed: before.filter(({ name }) => !names.has(name)).map(({ name, type }) => `${name} ${type}`),
    retyped: after.flatMap(({ name, type }) => {
      const from = old.get(name)
      return from === undefined || from === type ? [] : [{ column: name, from, to: type }]
    }),
  }
}

function differenceText({ added, removed, retyped }: SchemaDifference): string {
  const parts = [
    ...(added.length > 0 ? [`added ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`removed ${removed.join(', ')}`] : []),
    ...retyped.map(({ column, from, to }) => `${column} was ${from} and is ${to}`),
  ]
  return parts.join('; ')
}
