import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Who holds a lease or runs a run: enough to tell a dead holder on this machine from a living one. */
export interface Holder {
  readonly host: string
  readonly boot: string
  readonly pid: number
  /** Start of the process in clock ticks since boot; empty where /proc is absent. */
  readonly started: string
  /** Its process number means something there only; absent where the system has no such thing. */
  readonly pidNamespace?: string | undefined
}

export function thisProcess(): Holder {
  return {
    host: hostname(),
    boot: bootId(),
    pid: process.pid,
    started: startTicks(process.pid) ?? '',
    pidNamespace: pidNamespace(),
  }
}

/** True only when the holder is known to be gone: same machine and boot, and no such process any more. */
export function isDead(holder: Holder): boolean {
  if (holder.host !== hostname()) return false
  if (holder.boot !== bootId()) return true
  // Containers may share a host's name: from one, the processes of another cannot be seen.
  if (holder.pidNamespace !== undefined && holder.pidNamespace !== pidNamespace()) return false
  if (!processExists(holder.pid)) return true
  const started = startTicks(holder.pid)
  return holder.started !== '' && started !== undefined && started !== holder.started
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function bootId(): string {
  return readOptional('/proc/sys/kernel/random/boot_id') ?? ''
}

function pidNamespace(): string | undefined {
  return optional(() => readlinkSync('/proc/self/ns/pid'))
}

function startTicks(pid: number): string | undefined {
  const stat = readOptional(`/proc/${pid}/stat`)
  // Field 22, counted after the command name, which may itself hold spaces and parentheses.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function readOptional(path: string): string | undefined {
  return optional(() => readFileSync(path, 'utf8').trim())
}

/** What /proc says, where there is one. */
function optional(read: () => string): string | undefined {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ESRCH') return undefined
    throw error
  }
}
