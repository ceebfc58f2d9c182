import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { OttokError } from '../../config/index.ts'
import { type Account, serverAccount } from './account.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { existingPlace, type Place, placeIn, prepareFolder } from './place.ts'
import { isAlive, withStartLock } from './start-lock.ts'

const USER = 'ottok'
const READY_MS = 60_000

/**
 * Address of this home's server, started if need be. It listens on loopback under a generated password
 * and runs on after this process, shared by later commands, until `stopEmbedded`.
 */
export async function startEmbedded(home: string): Promise<string> {
  const running = await runningAddress(await existingPlace(home))
  if (running) return running
  const folder = await prepareFolder(home)
  return withStartLock(folder, async () => {
    const account = serverAccount()
    const place = await placeIn(folder, account)
    const other = await earlierServer(place)
    if (other) return other
    const binaries = await findBinaries(account)
    await requireVersion(place, binaries)
    if (!existsSync(join(place.data, 'PG_VERSION'))) await initialise(place, binaries, account)
    return launch(place, binaries, account)
  })
}

/** Stops this home's server; false when none of ours was running. */
export async function stopEmbedded(home: string): Promise<boolean> {
  const place = await existingPlace(home)
  if (!place || !(await runningAddress(place))) return false
  return withStartLock(place.folder, async () => {
    const server = await postmaster(place)
    if (!server) return false
    // Fast shutdown: open transactions are rolled back, clients are told.
    process.kill(server.pid, 'SIGINT')
    while (isAlive(server.pid)) await sleep(20)
    return true
  })
}

/** Stops this home's server and deletes its data, which are not always in the home. */
export async function removeEmbedded(home: string): Promise<void> {
  await stopEmbedded(home)
  const place = await existingPlace(home)
  if (!place) return
  const base = dirname(place.data)
  if (base !== place.folder) await rm(base, { recursive: true, force: true })
  await rm(place.folder, { recursive: true, force: true })
}

/** The server is ours when the pid file's process answers with our password and serves our data folder. */
async function runningAddress(place: Place | undefined): Promise<string | undefined> {
  const server = place && (await postmaster(place))
  if (!place || !server) return undefined
  const url = address(place, server.port)
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  try {
    await client.connect()
    const found = await client.query<{ data: string }>(`SELECT current_setting('data_directory') AS data`)
    return found.rows[0]?.data === place.data ? url : undefined
  } catch (error) {
    // Refused, starting up, or another server's password: in no case one of ours that is ready.
    if (error instanceof Error) return undefined
    throw error
  } finally {
    await client.end()
  }
}

/**
 * Address of a server that somebody else began to start and did not live to see, once it is ready. A pid file that a
 * crash or a power cut left is removed when its number now belongs to another program: the server would refuse to start.
 */
async function earlierServer(place: Place): Promise<string | undefined> {
  const until = Date.now() + READY_MS
  for (;;) {
    const server = await postmaster(place)
    if (!server) return undefined
    if (!(await mayBePostgres(server.pid))) {
      await rm(join(place.data, 'postmaster.pid'))
      return undefined
    }
    const url = await runningAddress(place)
    if (url) return url
    if (Date.now() > until) {
      throw new OttokError({
        what: `cannot use the embedded PostgreSQL in ${place.data}`,
        cause: `Its process ${server.pid} does not answer, or not to the password in ${place.folder}.`,
        mend: `Read ${place.log}, end that process and run again.`,
      })
    }
    await sleep(100)
  }
}

/** Off Linux there is no telling. */
async function mayBePostgres(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'latin1')).includes('postgres')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

async function postmaster(place: Place): Promise<{ pid: number; port: number } | undefined> {
  let text: string
  try {
    text = await readFile(join(place.data, 'postmaster.pid'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  // Lines: pid, data folder, start time, port, ...
  const [pid, , , port] = text.split('\n').map(Number)
  return pid && port && isAlive(pid) ? { pid, port } : undefined
}

function address(place: Place, port: number): string {
  return `postgresql://${USER}:${place.password}@127.0.0.1:${port}/postgres`
}

async function requireVersion(place: Place, binaries: Binaries): Promise<void> {
  const path = join(place.data, 'PG_VERSION')
  if (!existsSync(path)) return
  const found = (await readFile(path, 'utf8')).trim()
  if (found === binaries.major) return
  throw new OttokError({
    what: `cannot use the embedded PostgreSQL data in ${place.data}`,
    cause: `They were made by PostgreSQL ${found}, and ${binaries.major} is installed.`,
    mend: `Move them with pg_dump of version ${found}, or start a new home with --home.`,
    exitCode: 2,
  })
}

async function initialise(place: Place, binaries: Binaries, account: Account | undefined): Promise<void> {
  const base = dirname(place.data)
  const passwordFile = join(base, 'initial-password')
  await rm(place.data, { recursive: true, force: true })
  await mkdir(place.data, { mode: 0o700 })
  await writeFile(passwordFile, place.password, { mode: 0o600 })
  if (account) for (const path of [place.data, passwordFile]) await chown(path, account.uid, account.gid)
  const args = ['-D', place.data, '-U', USER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8']
  const made = spawnSync(binaries.initdb, [...args, '--locale=C'], {
    ...account,
    cwd: base,
    encoding: 'utf8',
    env: serverEnvironment(),
  })
  await rm(passwordFile)
  if (made.status === 0) return
  await rm(place.data, { recursive: true, force: true })
  throw new OttokError({
    what: `cannot initialise the embedded PostgreSQL in ${place.data}`,
    cause: (made.stderr || made.error?.message || `initdb ended with ${made.status}`).trim(),
    mend: 'Free some space or mend the rights of that folder, or set DATABASE_URL to a PostgreSQL.',
  })
}

async function launch(place: Place, binaries: Binaries, account: Account | undefined, attempts = 3): Promise<string> {
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '60',
    shared_buffers: '64MB',
    max_wal_size: '512MB',
    log_min_messages: 'warning',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = await open(place.log, 'a')
  const child = spawn(binaries.postgres, ['-D', place.data, ...args], {
    ...account,
    cwd: place.data,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: serverEnvironment(),
  })
  let ended: string | undefined
  child.on('error', (error) => {
    ended = error.message
  })
  child.on('exit', (code, signal) => {
    ended = `it ended with ${signal ?? code}`
  })
  child.unref()
  await log.close()
  const until = Date.now() + READY_MS
  while (Date.now() < until && ended === undefined) {
    const url = await runningAddress(place)
    if (url) return url
    await sleep(50)
  }
  const last = (await readFile(place.log, 'utf8')).trim().split('\n').at(-1) ?? ''
  // Between the look for a free port and the start somebody else may have taken it.
  if (attempts > 1 && /could not create any TCP\/IP sockets/.test(last)) {
    return launch(place, binaries, account, attempts - 1)
  }
  throw new OttokError({
    what: `cannot start the embedded PostgreSQL in ${place.data}`,
    cause:
      ended === undefined
        ? 'It did not answer within a minute.'
        : `${ended[0]!.toUpperCase()}${ended.slice(1)}: ${last}.`,
    mend: `Read ${place.log}; its last lines say why.`,
  })
}

/** PostgreSQL's own variables, such as PGDATA or PGPORT of somebody's shell, must not reach our server. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'))
  return { ...Object.fromEntries(kept), LC_ALL: 'C' }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
