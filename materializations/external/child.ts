import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export interface ChildSpec {
  /** Absolute path of the program. */
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Called with each line that it writes, without its end. */
  readonly onLine: (stream: 'stdout' | 'stderr', line: string) => void
}

export interface Exit {
  /** Exit code, or null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A running program with everything that it starts in its process group. */
export interface Child {
  /** Settles when it has ended and its output is read; then nothing of its process group is left. */
  readonly exited: Promise<Exit>
  /** Asks the process group to end (SIGTERM), and ends it after `graceMs` (SIGKILL). */
  stop(graceMs: number): void
}

/**
 * The shell leaves a guard in the process group and becomes the program. The guard waits for the end of a pipe that only
 * we hold: it comes when the program has ended, and when we are killed ourselves. Then the whole group is killed, so that
 * no program outlives its step.
 */
const GUARDED = `( trap '' TERM INT HUP; read _ <&3; kill -KILL 0 ) >/dev/null 2>&1 </dev/null & exec "$@" 3<&-`

/**
 * Starts a program in a process group of its own, without input.
 * @throws the system's error when no process can be started
 */
export async function startChild({ program, args, cwd, env, onLine }: ChildSpec): Promise<Child> {
  const child = spawn('/bin/sh', ['-c', GUARDED, 'sh', program, ...args], {
    cwd,
    env: { ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const guard = child.stdio[3] as Readable
  // The guard is killed with the pipe open: its end of it may be reset.
  guard.on('error', () => guard.destroy())
  readLines(child.stdout!, (line) => onLine('stdout', line))
  readLines(child.stderr!, (line) => onLine('stderr', line))
  let killing: NodeJS.Timeout | undefined
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', () => {
      clearTimeout(killing)
      guard.destroy()
    })
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  return {
    exited,
    stop: (graceMs) => {
      if (killing || child.exitCode !== null || child.signalCode !== null) return
      signalGroup(child.pid!, 'SIGTERM')
      killing = setTimeout(() => signalGroup(child.pid!, 'SIGKILL'), graceMs)
    },
  }
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal)
  } catch (error) {
    // It has ended between the look and the signal.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** A line that is longer is told in pieces: a program may write without ever ending a line. */
const LONGEST_LINE = 16 * 1024

function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n/)
    rest = lines.pop()!
    for (const line of lines) if (line !== '') onLine(line)
    for (; rest.length > LONGEST_LINE; rest = rest.slice(LONGEST_LINE)) onLine(rest.slice(0, LONGEST_LINE))
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
  })
}
