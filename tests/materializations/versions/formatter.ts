import { openFormatter } from '../../../lib/warehouse/index.ts'
import type { Formatter } from '../../../materializations/versions/index.ts'

/** The warehouse's own formatter, that counts how often it is asked. */
export function countingFormatter(): Formatter & { readonly calls: () => number } {
  const formatter = openFormatter()
  let calls = 0
  return {
    calls: () => calls,
    formatQuery: (sql) => {
      calls++
      return formatter.formatQuery(sql)
    },
  }
}
