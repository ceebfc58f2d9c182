import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { cancelledError, statementError } from './failures.ts'
import type { Engine, Link } from './link.ts'
import { encodeParameters } from './parameters.ts'
import { createPool } from './pool.ts'
import { encodeRows } from './row-values.ts'
import { insertInto, settingsClause, withSettings } from './sql-text.ts'
import type { QueryOptions, Warehouse } from './types.ts'

const KILL_EVERY_MS = 100
const ROWS_AN_INSERT = 100_000

/** The statements of a warehouse over the connections of an engine. */
export function createWarehouse(engine: Engine, database: string): Warehouse {
  const pool = createPool(engine.links)
  let closing: Promise<void> | undefined

  const run = <T>(sql: string, options: QueryOptions, work: (link: Link, queryId: string) => Promise<T>): Promise<T> =>
    pool.use(async (link) => {
      if (options.signal?.aborted) throw cancelledError(sql)
      const { queryId, condition } = link.identify(options.queryId)
      const statement = work(link, queryId)
      const watch = watchSignal(engine, condition, statement, options.signal)
      try {
        return await statement
      } catch (error) {
        if (options.signal?.aborted) throw cancelledError(sql, error)
        throw statementError(sql, database, error)
      } finally {
        // The connection is lent again only after the last KILL was answered: it would hit the next statement.
        await watch
      }
    })

  const prepare = (sql: string, options: QueryOptions, queryId: string) => ({
    query: withSettings(sql, options.settings),
    query_id: queryId,
    ...(options.params === undefined ? {} : { query_params: encodeParameters(sql, options.params) }),
  })

  const insert: Warehouse['insertBytes'] = async (table, columns, format, bytes, options = {}) => {
    if (bytes.length === 0) return
    const sql = insertInto(table, columns)
    const tail = `${settingsClause(options.settings)} FORMAT ${format}`
    await run(sql, options, (link, queryId) => link.insert(sql, tail, bytes, queryId))
  }

  const warehouse: Warehouse = {
    kind: engine.kind,
    database,
    command: async (sql, options = {}) => {
      await run(sql, options, (link, queryId) => link.client.command(prepare(sql, options, queryId)))
    },
    rows: <T>(sql: string, options: QueryOptions = {}) =>
      run(sql, options, async (link, queryId) => {
        const result = await link.client.query({ ...prepare(sql, options, queryId), format: 'JSONEachRow' })
        return result.json<T>()
      }),
    bytes: (sql, format, options = {}) =>
      run(sql, options, async (link, queryId) => {
        const prepared = prepare(sql, options, queryId)
        const result = await link.client.exec({ ...prepared, query: `${prepared.query}\nFORMAT ${format}` })
        const chunks: Uint8Array[] = []
        for await (const chunk of result.stream) chunks.push(chunk as Uint8Array)
        return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      }),
    insertRows: async (table, columns, rows, options = {}) => {
      for await (const batch of batches(rows)) {
        await insert(table, columns, 'JSONCompactEachRow', Buffer.from(encodeRows(batch)), options)
      }
    },
    insertBytes: insert,
    storeId: () => readStoreId(warehouse),
    close: () => {
      closing ??= pool.drain().then(() => engine.close())
      return closing
    },
  }
  return warehouse
}

/** Kills the statement once the signal aborts, again until it is dead: it may not have begun at the first try. */
async function watchSignal(
  engine: Engine,
  condition: string,
  statement: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal === undefined) return
  let ended = false
  const end = statement.then(
    () => undefined,
    () => undefined,
  )
  let onAbort: () => void = () => undefined
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve
  })
  signal.addEventListener('abort', onAbort)
  void end.then(() => {
    ended = true
  })
  await Promise.race([aborted, end])
  // One signal often serves many statements.
  signal.removeEventListener('abort', onAbort)
  while (!ended) {
    // SYNC would wait in the engine, and hangs in the embedded one.
    await engine.control.command({ query: `KILL QUERY WHERE ${condition} ASYNC` })
    await Promise.race([end, sleep(KILL_EVERY_MS)])
  }
}

async function* batches(
  rows: AsyncIterable<readonly (readonly unknown[])[]> | readonly (readonly unknown[])[],
): AsyncGenerator<readonly (readonly unknown[])[]> {
  if (!Array.isArray(rows)) {
    yield* rows as AsyncIterable<readonly (readonly unknown[])[]>
    return
  }
  for (let from = 0; from < rows.length; from += ROWS_AN_INSERT) yield rows.slice(from, from + ROWS_AN_INSERT)
}

async function readStoreId(warehouse: Warehouse): Promise<string> {
  await warehouse.command(
    'CREATE TABLE IF NOT EXISTS _ottok_store (id UUID, made DateTime64(3)) ENGINE = MergeTree ORDER BY (made, id)',
  )
  const select = 'SELECT id FROM _ottok_store ORDER BY made, id LIMIT 1'
  const found = await warehouse.rows<{ id: string }>(select)
  if (found[0] !== undefined) return found[0].id
  await warehouse.insertRows('_ottok_store', ['id', 'made'], [[randomUUID(), new Date()]])
  // Read back: of two processes that began at once, both take the older row.
  return (await warehouse.rows<{ id: string }>(select))[0]!.id
}
