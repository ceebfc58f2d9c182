import { releaseMemory, withAnyConnection } from './embedded/slot.ts'
import { statementError } from './failures.ts'

/** Normalises SQL text by the parser of the pinned engine. */
export interface SqlFormatter {
  /** The statement on one line, without comments and with canonical layout. Throws `WarehouseError` on a syntax error. */
  formatQuery(sql: string): Promise<string>
  /** Lets go of the engine, unless a warehouse uses it. */
  close(): Promise<void>
}

/**
 * A formatter over the embedded warehouse that this process has open, or else over an engine in memory, started at first
 * use. It may be opened before the warehouse: the engine in memory then gives way.
 */
export function openFormatter(): SqlFormatter {
  return {
    formatQuery: (sql) =>
      withAnyConnection(async (client) => {
        const query = 'SELECT formatQuerySingleLine({sql:String}) AS text'
        try {
          const result = await client.query({ query, query_params: { sql }, format: 'JSONEachRow' })
          return (await result.json<{ text: string }>())[0]!.text
        } catch (error) {
          throw statementError(sql, 'of the formatter', error)
        }
      }),
    close: releaseMemory,
  }
}
