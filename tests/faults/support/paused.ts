import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ran, Started } from './home.ts'
import { described } from './undisturbed.ts'

/**
 * Waits until a command that pauses itself at a commit point (`OTTOK_PAUSE_AT`) has come there, calls `meanwhile`, and lets
 * it go on to its end.
 */
export async function whilePaused({ child, ended }: Started, meanwhile: () => Promise<void>): Promise<Ran> {
  const early = ended.then((ran) => {
    throw new Error(`it never paused: ${described(ran)}`)
  })
  try {
    await Promise.race([early, untilStopped(child.pid!)])
    await meanwhile()
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  // What it comes to is for the caller to judge.
  early.catch(() => undefined)
  child.kill('SIGCONT')
  return ended
}

async function untilStopped(pid: number): Promise<void> {
  for (;;) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The state follows the command name, which may itself hold spaces and parentheses.
    if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')) return
    await sleep(20)
  }
}
