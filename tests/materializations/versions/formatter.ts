import { query } from 'chdb'
import type { SqlFormatter } from '../../../materializations/versions/index.ts'

/** ClickHouse's own formatter, in memory, that counts how often it is asked. */
export function countingFormatter(): SqlFormatter & { readonly calls: () => number } {
  let calls = 0
  return {
    version: 'test',
    calls: () => calls,
    format: async (sql) => {
      calls++
      const literal = sql.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
      return query(`SELECT formatQuerySingleLine('${literal}')`, 'TabSeparatedRaw')
    },
  }
}
