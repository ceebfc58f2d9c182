import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Child, startChild } from '../../../materializations/external/child.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottok-child-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Starts a script of the shell and gives its output, line by line as it comes. */
async function start(script: string): Promise<{ child: Child; lines: string[] }> {
  const lines: string[] = []
  const child = await startChild({
    program: '/bin/sh',
    args: ['-c', script],
    cwd: folder,
    env: { PATH: process.env.PATH ?? '' },
    onLine: (_, line) => lines.push(line),
  })
  return { child, lines }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A killed process stays as a zombie until its parent looks.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'ENOENT')) return false
    throw error
  }
}

const gone = (pid: number) => vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000, interval: 50 })

/** Pids that a script printed, once it has printed so many. */
async function pids(lines: readonly string[], count: number): Promise<number[]> {
  await vi.waitFor(() => expect(lines.length).toBeGreaterThanOrEqual(count), { timeout: 20_000, interval: 20 })
  return lines.slice(0, count).map(Number)
}

test('exit codes and output of a program that ends by itself', async () => {
  const { child, lines } = await start('echo one; echo two >&2; exit 4')
  expect(await child.exited).toEqual({ code: 4, signal: null })
  expect(lines.sort()).toEqual(['one', 'two'])
})

test('what it leaves running ends with it', async () => {
  const { child, lines } = await start('sleep 300 & echo $!')
  expect(await child.exited).toEqual({ code: 0, signal: null })
  await gone(Number(lines[0]))
})

test('it is asked to end, with what it started, and may clean up', async () => {
  const { child, lines } = await start(
    'trap "echo cleaning; exit 9" TERM; sleep 300 & echo $!; echo $$; while :; do wait; done',
  )
  const running = await pids(lines, 2)
  child.stop(60_000)
  expect(await child.exited).toEqual({ code: 9, signal: null })
  expect(lines.at(-1)).toBe('cleaning')
  for (const pid of running) await gone(pid)
})

test('one that does not listen is ended after the grace', async () => {
  const { child, lines } = await start('trap "" TERM; sleep 300 & echo $!; echo $$; while :; do sleep 1; done')
  const running = await pids(lines, 2)
  child.stop(200)
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' })
  for (const pid of running) await gone(pid)
})

test('it dies with us, also when we are killed, and when it does not listen', async () => {
  const owner = join(folder, 'owner.mjs')
  writeFileSync(
    join(folder, 'owner.ts'),
    `import { startChild } from ${JSON.stringify(resolve('materializations/external/child.ts'))}
    await startChild({
      program: '/bin/sh',
      args: ['-c', 'trap "" TERM HUP INT; sleep 300 & echo $!; echo $$; while :; do sleep 1; done'],
      cwd: '/',
      env: { PATH: process.env.PATH },
      onLine: (_, line) => console.log(line),
    })`,
  )
  await build({
    entryPoints: [join(folder, 'owner.ts')],
    outfile: owner,
    bundle: true,
    platform: 'node',
    format: 'esm',
  })
  const process_: ChildProcess = spawn(process.execPath, [owner], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  process_.stdout!.setEncoding('utf8').on('data', (text: string) => lines.push(...text.trim().split('\n')))
  const running = await pids(lines, 2)
  expect(running.every(isAlive)).toBe(true)
  process_.kill('SIGKILL')
  for (const pid of running) await gone(pid)
})

test('a line without end comes in pieces', async () => {
  const { child, lines } = await start("head -c 40000 /dev/zero | tr '\\0' x")
  await child.exited
  expect(lines.join('')).toBe('x'.repeat(40_000))
  expect(lines.length).toBeGreaterThan(1)
})
