import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { serverAccount } from '../../lib/postgres/embedded/account.ts'
import { endWithUs, freePort, untilReady } from './child-server.ts'

const BINARIES = '/usr/lib/postgresql/15/bin'
const PASSWORD = 'stand-in'

/** A running PostgreSQL 15. */
export interface Postgres15 {
  /** Address with user and password. */
  readonly url: string
  /** Stops the server and removes its data. */
  stop(): Promise<void>
}

/**
 * Starts Debian's PostgreSQL 15 on a free port of loopback, over a new folder, as a user other than root.
 *
 * @param settings of the server, by name
 */
export async function startPostgres15(settings: Readonly<Record<string, string>> = {}): Promise<Postgres15> {
  if (!existsSync(join(BINARIES, 'postgres'))) {
    throw new Error(`There is no PostgreSQL 15 in ${BINARIES}; install it by: apt-get install postgresql-15`)
  }
  const account = serverAccount()
  const folder = await mkdtemp(join(tmpdir(), 'ottok-postgres-15-'))
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, PASSWORD)
  if (account) for (const path of [folder, passwordFile]) await chown(path, account.uid, account.gid)
  const env = { PATH: process.env.PATH, LC_ALL: 'C' }
  const options = ['-D', data, '-U', 'ottok', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8']
  await promisify(execFile)(join(BINARIES, 'initdb'), [...options, '--no-sync'], { ...account, cwd: folder, env })

  const port = await freePort()
  // fsync is off: these data live no longer than the tests.
  const flags = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off']
  for (const [name, value] of Object.entries(settings)) flags.push('-c', `${name}=${value}`)
  const child = spawn(join(BINARIES, 'postgres'), [...flags, '-c', `unix_socket_directories=${folder}`], {
    ...account,
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stopServer = endWithUs(child, 'SIGINT')
  const url = `postgresql://ottok:${PASSWORD}@127.0.0.1:${port}/postgres`
  const stop = async () => {
    await stopServer()
    await rm(folder, { recursive: true })
  }
  try {
    await untilReady('PostgreSQL 15', child, () => answers(url))
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    await client.end()
    return true
  } catch (error) {
    // Not yet listening, or still starting up.
    if (['ECONNREFUSED', '57P03'].includes((error as { code?: string }).code ?? '')) return false
    throw error
  }
}
