import { execFile, spawn } from 'node:child_process'
import { access, chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openFormatter, openWarehouse, type Warehouse } from '../../../lib/warehouse/index.ts'
import { makeHome, removeHomes } from './home.ts'

const opened: Warehouse[] = []

async function open(home: string, environment = 'test', waitMs = 0): Promise<Warehouse> {
  const warehouse = await openWarehouse({ home, environment, maxMemory: 500_000_000, waitMs })
  opened.push(warehouse)
  return warehouse
}

const scripts = join(import.meta.dirname, `../../../node_modules/.cache/ottok-tests/${process.pid}`)
const script = join(scripts, 'hold.mjs')

beforeAll(() =>
  build({
    entryPoints: [join(import.meta.dirname, 'hold.ts')],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outfile: script,
    logLevel: 'silent',
  }),
)

afterAll(() => rm(scripts, { recursive: true }))

afterEach(async () => {
  for (const warehouse of opened.splice(0)) await warehouse.close()
  await removeHomes()
})

/** Another process that opens the warehouse of `home`, says so, and holds it until its input ends. */
async function holdElsewhere(home: string): Promise<{ pid: number; stop: (signal?: NodeJS.Signals) => Promise<void> }> {
  const child = spawn(process.execPath, [script, home], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    child.once('exit', () => reject(new Error('the holder ended early')))
  })
  return {
    pid: child.pid!,
    stop: (signal) => {
      if (signal === undefined) child.stdin.end()
      else child.kill(signal)
      return ended
    },
  }
}

describe('the folder', () => {
  test('keeps its data and its identity; environments do not see each other', async () => {
    const home = await makeHome()
    const first = await open(home)
    await first.command('CREATE TABLE t (n UInt8) ENGINE = MergeTree ORDER BY n')
    const id = await first.storeId()
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    await Promise.all([first.close(), first.close()])
    const again = await open(home)
    const other = await open(home, 'other')
    expect(await again.storeId()).toBe(id)
    expect(await other.storeId()).not.toBe(id)
    await expect(other.rows('SELECT * FROM t')).rejects.toThrow('carry out')
    await again.close()
    await access(join(home, 'warehouse/holder.json'))
    expect(await other.rows('SELECT 1 AS n')).toEqual([{ n: 1 }])
  })

  test('close waits for what runs', async () => {
    const warehouse = await open(await makeHome())
    const running = warehouse.rows('SELECT count() AS n FROM numbers(20000000) WHERE sipHash64(number) = 1')
    await warehouse.close()
    expect(await running).toEqual([{ n: '0' }])
    await expect(warehouse.rows('SELECT 1')).rejects.toThrow('closed')
  })

  test('a second folder in one process is refused', async () => {
    await open(await makeHome())
    await expect(open(await makeHome())).rejects.toThrow('one folder a process')
  })

  test('an unwritable home is told', async () => {
    await expect(open('/proc/nowhere')).rejects.toThrow('OTTOK_HOME')
  })

  test('a process with an open warehouse ends by itself', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, await makeHome(), 'leave'])
    expect(stdout).toContain('open')
  })
})

describe('another process', () => {
  test('is named, and can be waited for', async () => {
    const home = await makeHome()
    const holder = await holdElsewhere(home)
    const refused = await open(home).catch((error: unknown) => error)
    expect(String(refused)).toContain(`Process ${holder.pid} on ${hostname()} ("hold.mjs ${home}")`)
    expect(String(refused)).toContain('--wait')
    const waiting = open(home, 'test', 60_000)
    await holder.stop()
    expect(await (await waiting).rows('SELECT 1 AS n')).toEqual([{ n: 1 }])
  })

  test('that was killed stands in nobody’s way', async () => {
    const home = await makeHome()
    const holder = await holdElsewhere(home)
    await holder.stop('SIGKILL')
    const note = JSON.parse(await readFile(join(home, 'warehouse/holder.json'), 'utf8')) as { pid: number }
    expect(note.pid).toBe(holder.pid)
    const warehouse = await open(home)
    expect(await warehouse.rows('SELECT 1 AS n')).toEqual([{ n: 1 }])
    await warehouse.close()
    await expect(access(join(home, 'warehouse/holder.json'))).rejects.toThrow('ENOENT')
  })

  test('is not guessed from a dead one’s note', async () => {
    const home = await makeHome()
    const holder = await holdElsewhere(home)
    const stale = { pid: process.pid, host: hostname(), command: 'vanished', since: '2020-01-01', started: '1' }
    await writeFile(join(home, 'warehouse/holder.json'), JSON.stringify(stale))
    const refused = await open(home).catch((error: unknown) => error)
    expect(String(refused)).not.toContain('vanished')
    expect(String(refused)).toContain('refuses the folder')
    await holder.stop()
  })
})

describe('the formatter', () => {
  test('gives one text for one meaning, before, beside and after a warehouse', async () => {
    const formatter = openFormatter()
    const messy = 'select  a,b -- why\nfrom {t:Identifier} /* x */ where d={day:Date}'
    const tidy = 'SELECT a, b FROM {t:Identifier} WHERE d = {day:Date}'
    expect(await formatter.formatQuery(messy)).toBe(tidy)
    const warehouse = await open(await makeHome())
    expect(await Promise.all([formatter.formatQuery(messy), formatter.formatQuery(tidy)])).toEqual([tidy, tidy])
    await warehouse.close()
    expect(await formatter.formatQuery(tidy)).toBe(tidy)
    await expect(formatter.formatQuery('SELEKT 1 FROM FROM')).rejects.toThrow('syntax')
    await formatter.close()
  })
})

test('a home without the right to write is told', async () => {
  const home = await makeHome()
  await chmod(home, 0o555)
  // Root may write everywhere: for this moment the process is nobody.
  const isRoot = process.getuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  try {
    await expect(open(home)).rejects.toThrow('OTTOK_HOME')
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})
