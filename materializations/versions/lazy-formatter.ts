import type { SqlFormatter } from '../../lib/warehouse/index.ts'

/** A formatter that loads the warehouse's client and engine only when it is asked: texts are seldom new. */
export function openLazyFormatter(): SqlFormatter {
  let opened: Promise<SqlFormatter> | undefined
  return {
    formatQuery: async (sql) => {
      opened ??= import('../../lib/warehouse/index.ts').then(({ openFormatter }) => openFormatter())
      return (await opened).formatQuery(sql)
    },
    close: async () => (await opened)?.close(),
  }
}
