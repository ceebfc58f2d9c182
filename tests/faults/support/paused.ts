import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves when a process that pauses itself at a commit point (`OTTOK_PAUSE_AT`) has come there. */
export async function untilPaused(child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the process ended before it came there')
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8')
    // The state follows the command name, which may itself hold spaces and parentheses.
    if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')) return
    await sleep(20)
  }
}
