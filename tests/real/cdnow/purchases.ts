import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { asset, externalAsset, noNulls, OttokError, objects, type Resources, rowCount, sql, sqlAsset } from 'ottok'
import { purchaseMonths } from './calendar.ts'

export const purchaseLog = externalAsset({
  key: 'source/purchase_log',
  description: 'The purchase log as CDNOW keeps it: one file that grows.',
  observe: async ({ partitions, resources }) => {
    const bytes = await readLog(resources)
    const version = `${bytes.length}-${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}`
    return new Map(partitions.map((partition) => [partition, { version, metadata: { bytes: bytes.length } }]))
  },
})

export const purchaseLanding = asset({
  key: 'landing/purchase_log',
  description: 'The purchase log, untouched; read as lines of text.',
  deps: { log: purchaseLog },
  store: objects({ extension: 'txt.gz', format: 'LineAsString', structure: 'line String' }),
  materialize: async ({ resources }) => ({ kind: 'bytes', bytes: await readLog(resources) }),
})

/** Lines but the header, cut at white space; `good` tells those that are a purchase. */
function lines(landing: string): string {
  return `(
    SELECT line, splitByWhitespace(line) AS fields,
      toDate(parseDateTimeOrNull(fields[2], '%Y%m%d', 'UTC')) AS day,
      toInt64OrNull(fields[3]) AS cds,
      toDecimal64OrNull(fields[4], 2) AS dollars,
      length(fields) = 4 AND match(fields[1], '^[0-9]{5}$') AND isNotNull(day) AND ifNull(cds > 0, 0) AND
        ifNull(dollars >= 0, 0) AS good
    FROM ${landing}
    WHERE fields[1] != 'customer_id')`
}

export const purchases = sqlAsset({
  key: 'raw/purchases',
  description: 'Purchases, typed. Rows that are equal in every column are two purchases: the log has 255 such rows.',
  partitions: purchaseMonths,
  deps: { landing: purchaseLanding },
  orderBy: ['customer_id', 'day'],
  range: 60,
  checks: [noNulls('day'), rowCount({ min: 1 })],
  sql: ({ landing, partition }) => sql`
    SELECT toStartOfMonth(assumeNotNull(day)) AS month, fields[1] AS customer_id, assumeNotNull(day) AS day,
      assumeNotNull(cds) AS cds, toInt64(assumeNotNull(dollars) * 100) AS cents
    FROM ${lines(landing)}
    WHERE good AND has(${partition.list}, month)`,
})

export const purchasesQuarantine = sqlAsset({
  key: 'raw/purchases_quarantine',
  description: 'Lines of the log that are no purchase.',
  deps: { landing: purchaseLanding },
  orderBy: ['line'],
  checks: [rowCount({ max: 0 }, { blocking: false })],
  sql: ({ landing }) => sql`SELECT line FROM ${lines(landing)} WHERE NOT good`,
})

async function readLog({ purchaseLogFile }: Resources): Promise<Uint8Array> {
  const file = String(purchaseLogFile)
  try {
    return await readFile(file)
  } catch (error) {
    throw new OttokError({
      what: `cannot read the purchase log ${file}`,
      cause: (error as Error).message,
      mend: 'Set CDNOW_DIR to the folder that holds CDNOW_master.txt.gz.',
      exitCode: 2,
      underlying: error,
    })
  }
}
