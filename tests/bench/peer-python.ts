import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A Python process that answers requests one at a time, so that its start and imports are outside of what is timed. */
export interface PythonPeer {
  /** Calls the script's function of that name with JSON arguments; rejects with Python's traceback. */
  call<T>(name: string, args: Readonly<Record<string, unknown>>): Promise<T>
  close(): Promise<void>
}

/**
 * Starts `tests/bench/<script>`, in a virtual environment that holds the wanted packages.
 *
 * @param requirements pip requirements with exact versions, e.g. `xgboost-cpu==3.2.0`. They are installed once, into
 * a folder outside of the repository (`$XDG_CACHE_HOME/ottok-bench`, default `~/.cache`).
 * @param env of the process
 */
export async function startPython(
  script: string,
  requirements: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<PythonPeer> {
  const python = await virtualEnvironment(requirements)
  const child = spawn(python, [resolve('tests/bench', script)], {
    // Some machines pin an old kernel for other programs' OpenBLAS; a rival must run at its own best.
    env: { ...env, OPENBLAS_CORETYPE: undefined, OPENBLAS_L2_SIZE: undefined, PYTHONUNBUFFERED: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  return peerOf(child, script)
}

function peerOf(child: ChildProcess, script: string): PythonPeer {
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  const answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  return {
    async call<T>(name: string, args: Readonly<Record<string, unknown>>): Promise<T> {
      child.stdin!.write(`${JSON.stringify({ name, args })}\n`)
      const { value, done } = await answers.next()
      if (done) throw new Error(`${script} ended without an answer to ${name}`)
      const answer = JSON.parse(value) as { result: T } | { error: string }
      if ('error' in answer) throw new Error(`${script}, ${name}: ${answer.error}`)
      return answer.result
    },
    async close(): Promise<void> {
      child.stdin!.end()
      await exited
    },
  }
}

/** Path of the environment's interpreter; the folder's name is the hash of what is in it. */
export async function virtualEnvironment(requirements: readonly string[]): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ottok-bench')
  const name = `python-${createHash('sha256').update(requirements.join('\n')).digest('hex').slice(0, 12)}`
  const interpreter = join(cache, name, 'bin', 'python')
  if (await exists(interpreter)) return interpreter
  console.error(`installing ${requirements.join(', ')} into ${join(cache, name)}`)
  // pip writes absolute paths into scripts only; the interpreter and its packages may be moved once they are complete.
  const unfinished = join(cache, `${name}.${process.pid}`)
  await mkdir(cache, { recursive: true })
  try {
    await run('python3', ['-m', 'venv', unfinished])
    await run(join(unfinished, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...requirements])
    await rename(unfinished, join(cache, name))
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  }
  return interpreter
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
