import type { ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A port of loopback that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

/**
 * Waits until `isReady` says so.
 * @throws with what the server printed when it ends instead.
 */
export async function untilReady(name: string, child: ChildProcess, isReady: () => Promise<boolean>): Promise<void> {
  let printed = ''
  let ended: string | undefined
  const keep = (chunk: Buffer) => {
    printed = (printed + chunk.toString()).slice(-4000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  child.once('error', (error) => {
    ended = error.message
  })
  child.once('exit', (code, signal) => {
    ended = `it ended with ${code ?? signal}`
  })
  while (!(await isReady())) {
    if (ended !== undefined) throw new Error(`${name} did not start: ${ended}\n${printed}`)
    await sleep(50)
  }
}

/** Kills the server with this process, however that ends short of SIGKILL; the result stops it now. */
export function endWithUs(child: ChildProcess, signal: NodeJS.Signals): () => Promise<void> {
  const kill = () => {
    child.kill(signal)
  }
  process.once('exit', kill)
  return async () => {
    process.removeListener('exit', kill)
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    kill()
    await ended
  }
}
