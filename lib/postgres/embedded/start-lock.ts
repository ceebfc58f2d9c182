import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OttokError } from '../../config/index.ts'

const WAIT_MS = 60_000

/** Runs `work` while no other process starts or stops this home's server. */
export async function withStartLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, 'start.lock')
  const mine = `${process.pid} ${randomUUID()}`
  const until = Date.now() + WAIT_MS
  while (!(await tryLock(path, mine))) {
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

async function tryLock(path: string, mine: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}`
  await writeFile(own, mine)
  try {
    // By link, so that the lock is never seen without its content.
    await link(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(own, { force: true })
  }
  await breakDeadLock(path)
  return false
}

/** Removes the lock of a dead process. Of two that try at once, one may catch the other's new lock, and gives it back. */
async function breakDeadLock(path: string): Promise<void> {
  const seen = await readIfThere(path)
  if (seen === undefined || isAlive(Number(seen.split(' ')[0]))) return
  const caught = `${path}.${randomUUID()}`
  try {
    await rename(path, caught)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if ((await readIfThere(caught)) !== seen) await link(caught, path)
  await rm(caught)
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
