import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Settings } from '../../lib/config/index.ts'

/*
 * Only one process can open the embedded warehouse, and commands that only read lineage must work beside it. So whoever
 * opens it notes its identity in a file beside its data: it comes and goes with them.
 */

export async function noteStore(settings: Settings, storeId: string): Promise<void> {
  const path = notePath(settings)
  if ((await notedStore(settings)) === storeId) return
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.${process.pid}`, storeId)
  await rename(`${path}.${process.pid}`, path)
}

/** Identity of the embedded warehouse of this environment when it was last opened, or undefined: it never was. */
export async function notedStore(settings: Settings): Promise<string | undefined> {
  try {
    return await readFile(notePath(settings), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function notePath({ home, environment }: Settings): string {
  return join(home, 'warehouse', 'stores', environment)
}
