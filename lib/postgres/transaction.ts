import type { Pool, PoolClient } from 'pg'

/**
 * Commits when `work` resolves, rolls back when it rejects; a connection that cannot even roll back is thrown away.
 * `first` is sent together with BEGIN, which spares a journey to the server; it has no parameters.
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  first?: string,
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query(first === undefined ? 'BEGIN' : `BEGIN; ${first}`)
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure
    })
    throw error
  } finally {
    client.release(broken)
  }
}
