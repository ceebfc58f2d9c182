import type { LineageNode } from '../../../lib/config/index.ts'
import type { AssetColumns, InputColumn } from '../../operations/lineage-columns.ts'
import { sameCode } from '../../versions/comparable.ts'
import type { Notes } from './lineage.ts'

/** What is said before the columns that a column comes from. */
const HOW: Readonly<Record<string, string>> = { identity: '', transformation: 'from ', aggregation: 'sums up ' }

/** Columns of the SQL assets among the nodes, told where an asset appears first. */
export function columnNotes(columns: ReadonlyMap<string, AssetColumns>, code: ReadonlyMap<string, string>): Notes {
  const told = new Set<string>()
  return (node) => {
    const found = columns.get(node.key)
    if (!found || told.has(node.key)) return []
    told.add(node.key)
    if (found.unknown !== null) return [`columns are not known: ${found.unknown}`]
    const lines = found.columns.map(({ name, from }) => `${name}: ${fromText(from)}`)
    if (found.rows.length > 0) lines.push(`rows by ${rowsText(found.rows)}`)
    return madeByToday(node, code) ? lines : ["columns by today's code, which is not the code that made it:", ...lines]
  }
}

function madeByToday(node: LineageNode, code: ReadonlyMap<string, string>): boolean {
  const today = code.get(node.key)
  return node.codeVersion !== null && today !== undefined && sameCode(node.codeVersion, today)
}

function fromText(from: readonly InputColumn<string>[]): string {
  if (from.length === 0) return '-'
  return from.map(({ input, column, how }) => `${HOW[how]}${input}.${column}`).join(', ')
}

function rowsText(rows: readonly InputColumn<string>[]): string {
  const byHow = new Map<string, string[]>()
  for (const { input, column, how } of rows) byHow.set(how, [...(byHow.get(how) ?? []), `${input}.${column}`])
  return [...byHow].map(([how, columns]) => `${how} of ${columns.join(', ')}`).join('; ')
}
