/** A home of a test: embedded stores in a temporary folder, or the servers of the run. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings, type Settings } from '../../../../lib/config/index.ts'
import { stopPostgres } from '../../../../lib/postgres/index.ts'
import { openWarehouse, type Warehouse } from '../../../../lib/warehouse/index.ts'

export interface Home {
  readonly folder: string
  /** Settings of an environment of this home; the name is made unique, since servers are shared by all tests. */
  readonly settings: (name: string, more?: Partial<Settings>) => Promise<Settings>
  /** Keeps the engine open until the home is removed: else each command of a test pays for its start. */
  readonly holdEngine: () => Promise<void>
  /** Stops the embedded PostgreSQL and deletes everything. */
  readonly remove: () => Promise<void>
}

export async function makeHome(): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'ottok-seam-'))
  // The embedded PostgreSQL runs as another user when tests run as root.
  await chmod(folder, 0o755)
  let held: Warehouse | undefined
  const unique = folder.slice(-6).toLowerCase()
  return {
    folder,
    settings: async (name, more = {}) => ({
      ...(await loadSettings({ home: folder, environment: `${name}_${unique}` })),
      ...more,
    }),
    holdEngine: async () => {
      held ??= await openWarehouse({ home: folder, environment: 'held', maxMemory: 2e9 })
    },
    remove: async () => {
      await held?.close()
      await stopPostgres(folder)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
