import { readFileSync, rmSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename } from 'node:path'

/** The process that has the warehouse folder open, as it wrote itself down. */
export interface Holder {
  readonly pid: number
  readonly host: string
  readonly command: string
  /** ISO time at which it opened the folder. */
  readonly since: string
  /** Start of the process in the kernel's ticks: tells it from a later process of the same number; null off Linux. */
  readonly started: string | null
}

/** Writes this process down. The engine's own lock decides who holds the folder; this only tells others who it is. */
export async function writeHolder(file: string): Promise<void> {
  const script = process.argv[1] === undefined ? 'node' : basename(process.argv[1])
  const holder: Holder = {
    pid: process.pid,
    host: hostname(),
    command: [script, ...process.argv.slice(2)].join(' ').slice(0, 200),
    since: new Date().toISOString(),
    started: startOf(process.pid),
  }
  await writeFile(`${file}.${process.pid}`, `${JSON.stringify(holder)}\n`)
  await rename(`${file}.${process.pid}`, file)
}

/** Forgets this process; what another one wrote stays. */
export async function removeHolder(file: string): Promise<void> {
  const holder = await readHolder(file)
  if (holder?.pid === process.pid && holder.host === hostname()) rmSync(file, { force: true })
}

/** Who wrote itself down last, when it can still be alive; undefined for the note of a dead process. */
export async function livingHolder(file: string): Promise<Holder | undefined> {
  const holder = await readHolder(file)
  if (holder === undefined || holder.host !== hostname()) return holder
  return isAlive(holder.pid) && startOf(holder.pid) === holder.started ? holder : undefined
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function startOf(pid: number): string | null {
  if (process.platform !== 'linux') return null
  try {
    // Field 22; the name in parentheses before may hold spaces.
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[19] ?? null
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}
