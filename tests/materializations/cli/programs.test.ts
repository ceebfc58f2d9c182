import { existsSync, readFileSync } from 'node:fs'
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { PROGRAMS } from './programs.ts'
import { ended, openShop, type ShopCli } from './shop-cli.ts'

interface RunJson {
  readonly runId: string
  readonly status: string
  readonly steps: readonly { key: string; partition: string; status: string; dataVersion?: string; error?: string }[]
}

/** Two days have ended. */
const now = '2026-03-03T12:00:00+03:00'

let shop: ShopCli
const file = (name: string) => join(shop.project.root, name)

beforeAll(async () => {
  shop = await openShop(PROGRAMS)
})
afterAll(() => shop.remove())

/** Each test begins with the programs as they were, and with all that they make fresh. */
beforeEach(async () => {
  for (const left of ['programs/notes.txt', 'started', 'stopped']) await rm(file(left), { force: true })
  for (const [name, text] of Object.entries(PROGRAMS)) await writeFile(file(name), text)
  await shop.json(['materialize'], { now })
})

const edit = async (name: string, from: string, to: string) => {
  const text = await readFile(file(name), 'utf8')
  expect(text).toContain(from)
  await writeFile(file(name), text.replace(from, to))
}

const statusOf = (run: RunJson) => Object.fromEntries(run.steps.map(({ key, status }) => [key, status]))

test('tables, values, objects and published tables made by programs', async () => {
  const forced = await shop.json<RunJson>(['materialize', '--force'], { now })
  expect(forced.status).toBe('succeeded')
  expect(forced.steps.filter(({ status }) => status === 'succeeded')).toHaveLength(9)
  const metadataOf = async (address: string) => {
    const { nodes } = await shop.json<{ nodes: { key: string; metadata?: unknown }[] }>(['lineage', address], { now })
    return nodes.find(({ key }) => key === address.split('@')[0])?.metadata
  }
  expect(await metadataOf('raw/spend@2026-03-02')).toEqual({ rows: 3 })
  expect(await metadataOf('models/limit')).toEqual({ users: 3 })
  expect(await metadataOf('reports/limit')).toEqual({ by: 'sh' })
  expect(await readFile(file('report.txt'), 'utf8')).toBe('PAR1 2.5\n')
  expect((await shop.json<RunJson>(['materialize'], { now })).steps).toEqual([])
  expect((await shop.run(['partitions', 'list', 'campaigns'], { now })).out).toBe('spring\nautumn\n')
  const verified = await shop.json<{ ok: boolean }[]>(['verify'], { now })
  expect(verified.filter(({ ok }) => !ok)).toEqual([])
  const logs = await shop.run(['runs', 'logs', forced.runId], { now })
  expect(logs.out).toMatch(/making.*rows=3/)
  expect(logs.out).toMatch(/3 of 3/)
  expect(logs.out).toContain('a line of its own')
})

test('a change of a declared file, and of a file in a declared folder, makes the asset stale', async () => {
  await writeFile(file('programs/notes.txt'), 'more')
  await appendFile(file('copy.py'), '# copy.py is not declared\n')
  const plan = await shop.json<{ steps: { key: string; causes: { kind: string }[] }[] }>(['plan'], { now })
  const proven = plan.steps.filter(({ causes }) => causes.some(({ kind }) => kind === 'code'))
  expect(proven.map(({ key }) => key)).toEqual(['models/limit'])
  const run = await shop.json<RunJson>(['materialize'], { now })
  // The limit is what it was: nothing downstream runs.
  expect(run.steps.filter(({ status }) => status === 'succeeded').map(({ key }) => key)).toEqual(['models/limit'])
})

test('a declared file that is not there', async () => {
  await edit('definitions.ts', "files: ['report.sh']", "files: ['raport.sh']")
  const { code, err } = await shop.run(['status'])
  expect(code).toBe(2)
  expect(err).toContain("error: cannot derive the code version of 'reports/limit' (definitions.ts:")
  expect(err).toContain('cause: It declares the file raport.sh, and there is no ')
  expect(err).toContain('mend:  Write `files` as paths from the folder of the definitions.')
})

test('a program that fails, says why; its last good version stays', async () => {
  await edit('programs/limit.py', 'assert "HIDDEN" not in', 'assert "PATH" not in')
  const run = await shop.json<RunJson>(['materialize'], { now, code: 1 })
  expect(statusOf(run)).toMatchObject({ 'models/limit': 'failed' })
  const [step] = run.steps.filter(({ status }) => status === 'failed')
  expect(step!.error).toMatch(
    /^the program of 'models\/limit' \(python3 limit\.py\) exited with code 1: Its standard error ended with:\n {2}Traceback[\s\S]*AssertionError/,
  )
  await edit('programs/limit.py', 'assert "PATH" not in', 'assert "HIDDEN" not in')
  expect(statusOf(await shop.json<RunJson>(['materialize'], { now }))).toMatchObject({ 'models/limit': 'succeeded' })
})

interface CheckJson {
  readonly key: string
  readonly check: string
  readonly passed: boolean
  readonly severity: string
  readonly detail: string
}

test('checks of its own are kept; one that fails, fails the step', async () => {
  const checks = async () => {
    const found = await shop.json<CheckJson[]>(['checks', 'models/limit'], { now })
    return found.map(({ check, passed, severity, detail }) => ({ check, passed, severity, detail }))
  }
  expect(await checks()).toEqual([{ check: 'some_rows', passed: true, severity: 'error', detail: '' }])
  await edit('programs/limit.py', 'len(rows) > 0', 'len(rows) > 1000, detail="%d rows" % len(rows)')
  const run = await shop.json<RunJson>(['materialize', 'raw/* or models/*'], { now, code: 1 })
  expect(run.steps.find(({ key }) => key === 'models/limit')!.error).toContain('Check some_rows failed: 6 rows.')
  expect(await checks()).toEqual([{ check: 'some_rows', passed: false, severity: 'error', detail: '6 rows' }])
  // What it does not check any more is not shown.
  await edit('programs/limit.py', '"some_rows", len(rows) > 1000,', '"rows", True, severity="warn",')
  await shop.json(['materialize', 'models/limit'], { now })
  expect(await checks()).toEqual([{ check: 'rows', passed: true, severity: 'warn', detail: '6 rows' }])
})

test('a data version that a program gives decides what is downstream', async () => {
  const made = async () => {
    const run = await shop.json<RunJson>(['materialize', 'models/* or reports/*'], { now })
    return run.steps.filter(({ status }) => status === 'succeeded').map(({ key }) => key)
  }
  await edit('programs/limit.py', 'step.result_value({', 'step.data_version("a")\nstep.result_value({')
  expect(await made()).toEqual(['models/limit', 'reports/limit'])
  await edit('programs/limit.py', '"days": len(days)', '"days": -1')
  expect(await made()).toEqual(['models/limit'])
  await edit('programs/limit.py', 'data_version("a")', 'data_version("b")')
  expect((await made()).slice(0, 2)).toEqual(['models/limit', 'reports/limit'])
})

test('tables and published tables have the data versions that their programs give', async () => {
  for (const name of ['spend.py', 'mart.py']) {
    await edit(name, 'step.result_rows(', 'step.data_version("of " + step.partition)\nstep.result_rows(')
  }
  const forced = await shop.json<RunJson>(['materialize', 'raw/spend or mart/spend', '--force'], { now })
  const versions = forced.steps.map(({ dataVersion }) => dataVersion!)
  expect(versions).toHaveLength(4)
  expect(versions.every((version) => version.startsWith('g1:'))).toBe(true)
  // Equal texts, equal versions: the table's and the published table's of the same day.
  expect(new Set(versions).size).toBe(2)
  const verified = await shop.json<{ ok: boolean }[]>(['verify'], { now })
  expect(verified.filter(({ ok }) => !ok)).toEqual([])
})

test('an effect by a program acts once, and has no result', async () => {
  const { nodes } = await shop.json<{ nodes: { key: string; metadata?: unknown }[] }>(
    ['lineage', 'delivery/letter@2026-03-02'],
    { now },
  )
  expect(nodes.find(({ key }) => key === 'delivery/letter')?.metadata).toEqual({ sent: 1 })
  expect(await readFile(file('letters.txt'), 'utf8')).toBe('sent\n')
  await appendFile(file('letter.sh'), `echo '{"type":"result","value":1}' >> "$OTTOK_MESSAGES"\n`)
  await shop.run(['wipe', 'delivery/letter', '--effects', '--yes'], { now })
  const run = await shop.json<RunJson>(['materialize', 'delivery/letter'], { now, code: 1 })
  expect(run.steps[0]!.error).toContain("the program of 'delivery/letter' ended with a result: It is an effect")
})

test('a Parquet file that lacks a column is refused', async () => {
  await edit('definitions.ts', "user_id: 'UInt64', name:", "user_id: 'UInt64', absent: 'String', name:")
  const run = await shop.json<RunJson>(['materialize', 'raw/again'], { now, code: 1 })
  expect(run.steps[0]!.error).toContain('absent')
})

/** A program that says who it is, and then waits to be stopped. */
const WAITING = `
import os, signal, sys, time
import ottok_step

def stop(number, frame):
    open("stopped", "w").close()
    sys.exit(1)

signal.signal(signal.SIGTERM, stop)
step = ottok_step.open()
with open("started", "w") as file:
    file.write(str(os.getpid()))
while True:
    time.sleep(0.05)
`

/** Starts the command, and waits until its program runs. */
async function startWaiting(): Promise<{ command: ReturnType<ShopCli['start']>; program: number }> {
  await writeFile(file('spend.py'), WAITING)
  const command = shop.start(['materialize', 'raw/spend'])
  const started = () => readFileSync(file('started'), 'utf8')
  await vi.waitFor(() => expect(started()).not.toBe(''), { timeout: 60_000, interval: 50 })
  return { command, program: Number(started()) }
}

test('the first Ctrl-C stops the program, and the run is recorded as cancelled', async () => {
  const { command } = await startWaiting()
  command.kill('SIGINT')
  expect((await ended(command)).code).toBe(130)
  expect(existsSync(file('stopped'))).toBe(true)
  const [run] = await shop.json<{ status: string }[]>(['runs', 'list'])
  expect(run!.status).toBe('cancelled')
})

test('the time limit of the asset stops its program', async () => {
  await writeFile(file('spend.py'), WAITING)
  await edit('definitions.ts', "files: ['spend.py', 'ottok_step.py'],", "files: ['spend.py'], timeoutMs: 3000,")
  const run = await shop.json<RunJson>(['materialize', 'raw/spend', '--latest'], { now, code: 1 })
  expect(run.steps[0]!.error).toContain('3000 ms')
  await vi.waitFor(() => expect(existsSync(file('stopped'))).toBe(true), { timeout: 60_000, interval: 50 })
  expect(existsSync(`/proc/${readFileSync(file('started'), 'utf8')}`)).toBe(false)
})

test('a program dies with the command that is killed, and the next one makes what it did not', async () => {
  const { command, program } = await startWaiting()
  command.kill('SIGKILL')
  await ended(command)
  await vi.waitFor(() => expect(existsSync(`/proc/${program}`)).toBe(false), { timeout: 60_000, interval: 50 })
  await writeFile(file('spend.py'), PROGRAMS['spend.py']!)
  const run = await shop.json<RunJson>(['materialize', 'raw/spend', '--wait'])
  expect(new Set(run.steps.map(({ status }) => status))).toEqual(new Set(['succeeded']))
})
