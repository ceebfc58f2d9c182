import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openPostgres, stopPostgres } from '../../../lib/postgres/index.ts'

describe('embedded PostgreSQL', () => {
  let home: string
  afterAll(async () => {
    await stopPostgres(home)
    await rm(home, { recursive: true, force: true })
  })

  it('starts once, is shared by later openings, and stops when told', async () => {
    home = await mkdtemp(join(tmpdir(), 'ottok-pg-'))
    const [first, second] = await Promise.all([openPostgres({ home }), openPostgres({ home })])
    expect(first.url).toBe(second.url)
    const version = await first.pool.query<{ server_version: string }>('SHOW server_version')
    expect(version.rows[0]?.server_version).toMatch(/^18\./)
    await first.transaction((client) => client.query('CREATE TABLE kept (n bigint)'))
    await expect(
      second.transaction(async (client) => {
        await client.query('INSERT INTO kept VALUES (1)')
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect((await second.pool.query('SELECT count(*) AS n FROM kept')).rows).toEqual([{ n: 0 }])
    await first.close()
    await second.close()
    expect(await stopPostgres(home)).toBe(true)
    expect(await stopPostgres(home)).toBe(false)
    const again = await openPostgres({ home })
    expect((await again.pool.query('SELECT count(*) AS n FROM kept')).rows).toEqual([{ n: 0 }])
    await again.close()
  })
})
