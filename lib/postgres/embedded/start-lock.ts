import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OttokError } from '../../config/errors.ts'

const WAIT_MS = 60_000

/** Runs `work` while no other process starts or stops this home's server. */
export async function withStartLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, 'start.lock')
  const until = Date.now() + WAIT_MS
  while (!(await tryLock(path))) {
    if (Date.now() > until) {
      throw new OttokError({
        what: `cannot start the embedded PostgreSQL in ${folder}`,
        cause: 'Another process has been starting it for a minute.',
        mend: `Look at the log there; if no ottok process is running, delete ${path}.`,
      })
    }
    await sleep(50)
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const holder = Number(await readFile(path, 'utf8').catch(() => '0'))
  // An empty file is one that its writer has just made; a dead writer's lock is removed for the next round.
  if (holder > 0 && !isAlive(holder)) await rm(path, { force: true })
  return false
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
