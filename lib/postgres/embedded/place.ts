import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { access, chown, constants, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureFolder, OttokError } from '../../config/index.ts'
import { type Account, canReach } from './account.ts'

/** Where the server's files go when the account cannot reach the home, as under /root. */
export const SYSTEM_FOLDER = '/var/lib/ottok'

/** Where one home's embedded server keeps its things. */
export interface Place {
  /** Folder in the home: password, start lock and the pointer to the data. */
  readonly folder: string
  readonly data: string
  readonly log: string
  readonly password: string
}

/** Makes the folder that holds the start lock; everything else is prepared under that lock. */
export async function prepareFolder(home: string): Promise<string> {
  const folder = join(home, 'postgres')
  await ensureFolder(folder)
  try {
    await access(folder, constants.W_OK)
    return folder
  } catch (error) {
    throw new OttokError({
      what: `cannot write in the folder ${folder}`,
      cause: `The system refuses it (${(error as NodeJS.ErrnoException).code}).`,
      mend: 'Choose a folder that you may write in with --home or OTTOK_HOME.',
      exitCode: 2,
      underlying: error,
    })
  }
}

/** Finds or prepares the place of a home's server; the caller holds the start lock. */
export async function placeIn(folder: string, account: Account | undefined): Promise<Place> {
  const base = await dataBase(folder, account)
  return { folder, data: join(base, 'data'), log: join(base, 'server.log'), password: await passwordOf(folder) }
}

/** Looks without making anything; undefined when this home never had a server. */
export async function existingPlace(home: string): Promise<Place | undefined> {
  const folder = join(home, 'postgres')
  if (!existsSync(join(folder, 'password'))) return undefined
  const base = (await readIfThere(join(folder, 'location'))) ?? folder
  return {
    folder,
    data: join(base, 'data'),
    log: join(base, 'server.log'),
    password: (await readIfThere(join(folder, 'password')))!,
  }
}

async function dataBase(folder: string, account: Account | undefined): Promise<string> {
  const pointer = join(folder, 'location')
  const known = await readIfThere(pointer)
  if (known !== undefined) return known
  if (canReach(account, join(folder, 'data'))) {
    if (account) await chown(folder, account.uid, account.gid)
    return folder
  }
  const base = join(SYSTEM_FOLDER, randomUUID())
  await mkdir(base, { recursive: true, mode: 0o755 })
  if (account) await chown(base, account.uid, account.gid)
  await writeFile(pointer, base)
  return base
}

async function passwordOf(folder: string): Promise<string> {
  const file = join(folder, 'password')
  const known = await readIfThere(file)
  if (known !== undefined) return known
  const password = randomBytes(24).toString('hex')
  await writeFile(file, password, { mode: 0o600 })
  return password
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code !== 'EACCES') throw error
    throw new OttokError({
      what: `cannot use the embedded PostgreSQL of this home`,
      cause: `The file ${path} belongs to another user.`,
      mend: 'Run as the user who made the home, choose one of your own with --home or OTTOK_HOME, or set DATABASE_URL.',
      exitCode: 2,
      underlying: error,
    })
  }
}
