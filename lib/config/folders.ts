import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OttokError } from './errors.ts'

/**
 * Makes a folder and those above it, if they are not there.
 * @throws OttokError (exit code 2) when this user may not, or a file is in the way.
 */
export async function ensureFolder(path: string): Promise<void> {
  try {
    await makeFolder(path)
  } catch (error) {
    throw new OttokError({
      what: `cannot make the folder ${path}`,
      cause: `${error instanceof Error ? error.message : String(error)}.`,
      mend: 'Point OTTOK_HOME (or --home) at a folder that this user may write to.',
      exitCode: 2,
      underlying: error,
    })
  }
}

/** Not by `mkdir`'s own `recursive`, which never ends in file systems such as /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' && dirname(path) !== path) {
      await makeFolder(dirname(path))
      await makeLeaf(path)
    } else if (!(await isFolder(path))) throw error
  }
}

/** Another process may have made it meanwhile. */
async function makeLeaf(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}
