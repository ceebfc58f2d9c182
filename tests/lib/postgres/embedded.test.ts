import { spawn } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { openPostgres, type Postgres, removePostgres, stopPostgres } from '../../../lib/postgres/index.ts'

const homes: string[] = []

async function makeHome(within = tmpdir()): Promise<string> {
  const home = await mkdtemp(join(within, 'ottok-pg-'))
  homes.push(home)
  return home
}

afterEach(async () => {
  for (const home of homes.splice(0)) {
    const data = await dataFolder(home)
    await removePostgres(home)
    await expect(stat(data)).rejects.toThrow('ENOENT')
    await rm(home, { recursive: true, force: true })
  }
})

/** Where the home's data are: in it, or where its note points. */
async function dataFolder(home: string): Promise<string> {
  const note = await readFile(join(home, 'postgres/location'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return join(home, 'postgres')
    throw error
  })
  return join(note.trim(), 'data')
}

async function pidOf(home: string): Promise<number> {
  return Number((await readFile(join(await dataFolder(home), 'postmaster.pid'), 'utf8')).split('\n')[0])
}

async function count(postgres: Postgres): Promise<unknown> {
  return (await postgres.pool.query('SELECT count(*) AS n FROM kept')).rows[0]
}

describe('the embedded server', () => {
  test('starts once for many, runs on when they close, and stops when told', async () => {
    const home = await makeHome()
    const opened = await Promise.all(Array.from({ length: 4 }, () => openPostgres({ home })))
    expect(new Set(opened.map((postgres) => postgres.url)).size).toBe(1)
    const version = await opened[0]!.pool.query<{ server_version: string }>('SHOW server_version')
    expect(version.rows[0]?.server_version).toMatch(/^18\./)
    await opened[0]!.pool.query('CREATE TABLE kept (n int)')
    const pid = await pidOf(home)
    for (const postgres of opened) await postgres.close()
    const later = await openPostgres({ home })
    expect(await pidOf(home)).toBe(pid)
    await later.close()
    expect(await stopPostgres(home)).toBe(true)
    expect(await stopPostgres(home)).toBe(false)
    const again = await openPostgres({ home })
    expect(await count(again)).toEqual({ n: 0 })
    await again.close()
  })

  test('keeps its password from others', async () => {
    const home = await makeHome()
    const postgres = await openPostgres({ home })
    await postgres.close()
    expect((await stat(join(home, 'postgres/password'))).mode & 0o077).toBe(0)
    const url = new URL(postgres.url)
    url.password = 'guess'
    await expect(openPostgres({ home, databaseUrl: url.href })).rejects.toThrow('password authentication failed')
  })

  test('comes back after being killed, with what was committed', async () => {
    const home = await makeHome()
    const first = await openPostgres({ home })
    await first.pool.query('CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)')
    await first.close()
    const pid = await pidOf(home)
    process.kill(pid, 'SIGKILL')
    while (isAlive(pid)) await sleep(20)
    const second = await openPostgres({ home })
    expect(await count(second)).toEqual({ n: 1 })
    await second.close()
  })

  test('is not taken for another program that got its number', async () => {
    const home = await makeHome()
    await (await openPostgres({ home })).close()
    const file = join(await dataFolder(home), 'postmaster.pid')
    const lines = (await readFile(file, 'utf8')).split('\n')
    await stopPostgres(home)
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    await writeFile(file, [String(other.pid), ...lines.slice(1)].join('\n'))
    const postgres = await openPostgres({ home })
    expect(await pidOf(home)).not.toBe(other.pid)
    await postgres.close()
    other.kill()
  })

  test('starts past the lock of a process that died', async () => {
    const home = await makeHome()
    await (await openPostgres({ home })).close()
    await stopPostgres(home)
    await writeFile(join(home, 'postgres/start.lock'), '999999999 dead')
    const opened = await Promise.all(Array.from({ length: 3 }, () => openPostgres({ home })))
    expect(new Set(opened.map((postgres) => postgres.url)).size).toBe(1)
    for (const postgres of opened) await postgres.close()
    await expect(stat(join(home, 'postgres/start.lock'))).rejects.toThrow('ENOENT')
  })

  test('of another version is refused, and told how to mend', async () => {
    const home = await makeHome()
    await (await openPostgres({ home })).close()
    await stopPostgres(home)
    await writeFile(join(await dataFolder(home), 'PG_VERSION'), '17\n')
    await expect(openPostgres({ home })).rejects.toThrow(/PostgreSQL 17, and 18 is installed.*pg_dump/)
  })

  test('works in a home that the server’s user cannot enter, and in one behind a link', async () => {
    const hidden = await makeHome(homedir())
    const link = join(tmpdir(), `ottok-link-${process.pid}`)
    await symlink(hidden, link)
    const postgres = await openPostgres({ home: link })
    expect((await postgres.pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    await postgres.close()
    const direct = await openPostgres({ home: hidden })
    expect(direct.url).toBe(postgres.url)
    await direct.close()
    await unlink(link)
  })

  test('of another user is told', async () => {
    const home = await makeHome()
    await chmod(home, 0o755)
    await (await openPostgres({ home })).close()
    // Root may read everything: for this moment the process is nobody.
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(65_534)
    else await chmod(join(home, 'postgres/password'), 0)
    try {
      await expect(openPostgres({ home })).rejects.toMatchObject({
        what: 'cannot use the embedded PostgreSQL of this home',
        mend: expect.stringContaining('Run as the user who made the home'),
      })
    } finally {
      if (isRoot) process.seteuid?.(0)
      else await chmod(join(home, 'postgres/password'), 0o600)
    }
  })

  test('tells a home that cannot be made', async () => {
    await expect(openPostgres({ home: '/proc/nowhere' })).rejects.toThrow('OTTOK_HOME')
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}
