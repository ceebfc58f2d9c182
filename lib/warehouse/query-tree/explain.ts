import { releaseMemory, withAnyConnection } from '../embedded/slot.ts'
import { statementError } from '../failures.ts'
import { quoteString } from '../sql-text.ts'
import { type ColumnSources, columnSources } from './column-sources.ts'
import { attribute, parseQueryTree, type TreeNode } from './parse.ts'

/** A table that a statement reads: its columns (`a UInt8, b String`), and nothing of its rows. */
export interface EmptyTable {
  readonly name: string
  readonly structure: string
}

/** Follows columns of statements by the analyzer of the pinned engine, on tables that are empty. */
export interface ColumnAnalyzer {
  /**
   * @param select gets an expression for each table and returns the statement; `params` are values of its placeholders.
   * @throws WarehouseError for a statement that the engine cannot analyze.
   */
  columnsOf(
    select: (expression: (table: string) => string) => string,
    tables: readonly EmptyTable[],
    params: Readonly<Record<string, unknown>>,
  ): Promise<ColumnSources>
  /** Lets go of the engine, unless a warehouse uses it. */
  close(): Promise<void>
}

/** An analyzer over whatever engine this process has open, or one in memory that is started at first use. */
export function openColumnAnalyzer(): ColumnAnalyzer {
  return {
    columnsOf: (select, tables, params) =>
      withAnyConnection(async (client) => {
        const indexes = new Map(tables.map(({ name }, index) => [name, index]))
        const sql = select((name) => emptyTable(tables[indexes.get(name)!]!, indexes.get(name)!))
        // The first pass resolves names; the later ones rewrite the statement.
        const query = `EXPLAIN QUERY TREE passes = 1 ${sql}`
        try {
          const result = await client.query({ query, query_params: { ...params }, format: 'JSONEachRow' })
          const rows = await result.json<{ explain: string }>()
          const root = parseQueryTree(rows.map(({ explain }) => explain))
          return columnSources(root, (leaf) => sourceOf(leaf, tables))
        } catch (error) {
          throw statementError(query, 'of the column analysis', error)
        }
      }),
    close: releaseMemory,
  }
}

/** A marker among its columns, which the statement cannot see, says which table a leaf of the tree is. */
function emptyTable({ structure }: EmptyTable, index: number): string {
  const literal = quoteString(`${MARKER}${index} UInt8, ${structure}`)
  return `(SELECT * EXCEPT (${MARKER}${index}) FROM null(${literal}))`
}

const MARKER = '__ottok_table_'

function sourceOf(leaf: TreeNode, tables: readonly EmptyTable[]): string | undefined {
  if (leaf.kind !== 'TABLE_FUNCTION' || attribute(leaf, 'table_function_name') !== 'null') return undefined
  const constants = [...leaf.sections.values()].flat().flatMap((list) => [...list.sections.values()].flat())
  const index = new RegExp(`'${MARKER}(\\d+) `).exec(constants[0]?.attributes ?? '')?.[1]
  return index === undefined ? undefined : tables[Number(index)]?.name
}
