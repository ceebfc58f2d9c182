import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** What a whole process took, from its start to its end. */
export interface Took {
  readonly ms: number
  /** Processor time of the process, user and system. */
  readonly cpuMs: number
  /** Greatest resident memory. */
  readonly memoryBytes: number
  readonly stdout: string
}

/**
 * Runs a command to its end, the same way whatever it is written in.
 * @throws with what it printed when its exit code is not 0
 */
export async function measuredChild(command: readonly string[], env: NodeJS.ProcessEnv): Promise<Took> {
  const folder = await mkdtemp(join(tmpdir(), 'ottok-bench-child-'))
  try {
    const figures = join(folder, 'figures.json')
    const script = resolve('tests/bench/measured_child.py')
    const { stdout, stderr } = await printed(spawn('python3', ['-S', script, figures, ...command], { env }))
    const { exitCode, ...took } = await readFigures(figures, stderr)
    if (exitCode !== 0) {
      throw new Error(`${command.join(' ')} ended with ${exitCode}:\n${stderr.slice(-4000)}\n${stdout.slice(-4000)}`)
    }
    return { ...took, stdout }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The file is absent when the command could not be started; the reason is on stderr. */
async function readFigures(path: string, stderr: string): Promise<Omit<Took, 'stdout'> & { exitCode: number }> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new Error(`no figures of a measured process: ${stderr.slice(-4000)}`, { cause: error })
  }
}

function printed(child: ReturnType<typeof spawn>): Promise<{ stdout: string; stderr: string }> {
  const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  child.stdout!.on('data', (chunk: Buffer) => parts.stdout.push(chunk))
  child.stderr!.on('data', (chunk: Buffer) => parts.stderr.push(chunk))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', () =>
      done({ stdout: Buffer.concat(parts.stdout).toString(), stderr: Buffer.concat(parts.stderr).toString() }),
    )
  })
}
