import { execFileSync, spawn } from 'node:child_process'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BackfillReport } from '../../../materializations/backfills/report.ts'
import { ended } from '../cli/shop-cli.ts'
import { chainFiles, type Lab, openLab } from './support/lab.ts'
import { type WorkflowStep, workflowSteps } from './support/workflow.ts'

/** Two assets over four days, all of them automated. */
const CHAIN = { assets: 2, start: '2026-03-01' }
const FILES = withAutomation(chainFiles(CHAIN))

let lab: Lab
let url: string

beforeAll(async () => {
  lab = await openLab(FILES)
  await lab.project.write({ '.gitignore': 'home\nnode_modules\n' })
  git('init')
  commit('first')
  // The command as npx finds it in a clone that was installed.
  await mkdir(lab.project.path('node_modules/.bin'), { recursive: true })
  await symlink(resolve(import.meta.dirname, '../../../bin/ottok.mjs'), lab.project.path('node_modules/.bin/ottok'))
  url = (await lab.json<{ url: string }>(['url', 'postgres'])).url
})
afterAll(() => lab.remove())

beforeEach(async () => {
  await lab.run(['wipe', '*', '--yes'])
  await lab.forgetMade()
})

describe('the commands of the workflows run as they stand', () => {
  it('are these', () => {
    const found = ['backfill.yml', 'daily.yml', 'plan.yml', 'ci.yml'].flatMap((file) =>
      commandsOf(file).map((step) => `${file} ${step.job}: ${step.name}`),
    )
    expect(found).toEqual([
      'backfill.yml merged-change: Plan what the merged change makes stale',
      'backfill.yml merged-change: Backfill',
      'backfill.yml by-hand: Plan',
      'backfill.yml by-hand: Backfill',
      'backfill.yml resume: Go on',
      'daily.yml daily: Make what is due',
      'daily.yml daily: How everything stands',
      'plan.yml plan: Plan what merging makes stale',
    ])
  })

  it('daily: makes what is due, and tells how everything stands', async () => {
    const [make, tell] = commandsOf('daily.yml')
    expect((await run(make!)).out).toContain('chain/a1')
    expect(await lab.made()).toEqual(expect.arrayContaining(['a0@2026-03-04', 'a1@2026-03-04']))
    const told = await run(tell!)
    expect(told.summary).toMatch(/^### How everything stands\n```text\nASSET +FRESH .*\nchain\/a0 /)
    expect(told.summary).toMatch(/```\n$/)
  })

  it('on a pull request and on its merge: the plan on the page of the run, then exactly that is made', async () => {
    await lab.json(['materialize'])
    await change('B')
    const [plan] = commandsOf('plan.yml')
    const planned = await run(plan!, { 'secrets.PLAN_DATABASE_URL': url })
    expect(planned.summary).toContain('| `chain/a0` | 4 | 0 |')
    expect(planned.summary).toBe(planned.out)
    expect(planned.summary).toContain('8 partitions to remake, 0 possible, 0 blocked.')

    const before = git('rev-parse', 'HEAD^1')
    const [first, second] = commandsOf('backfill.yml').filter((step) => step.job === 'merged-change')
    const merged = { 'github.event.before': before }
    expect((await run(first!, merged)).summary).toContain('| `chain/a0` | 4 | 0 |')
    expect((await run(second!, merged)).summary).toMatch(
      /```text\nASSET .* completed: 8 of 8 partitions done in 1 run\n```\n$/s,
    )
    const lost = await run(first!, { 'github.event.before': '0'.repeat(40) }, 1)
    expect(lost.out).toContain('::error::The revision before this push')
  })

  it('by hand: a selection over a range or over all, and a backfill gone on with', async () => {
    const [plan, make, resume] = commandsOf('backfill.yml').filter((step) => step.job !== 'merged-change')
    const range = { 'inputs.selection': 'key:"chain/*"', 'inputs.from': '2026-03-01', 'inputs.to': '2026-03-02' }
    const planned = await run(plan!, range)
    expect(planned.summary).toContain('### Backfill of key:"chain/*"\n```text\n')
    expect(planned.summary).toContain('4 partitions to make')
    expect((await run(make!, range)).summary).toContain('completed: 4 of 4 partitions')

    await lab.boom('a1@2026-03-04')
    const all = { 'inputs.selection': 'status:missing', 'inputs.from': '', 'inputs.to': '' }
    expect((await run(plan!, all)).summary).toContain('4 partitions to make')
    // The job fails, and what it came to is on its page.
    expect((await run(make!, all, 1)).summary).toContain('error: chain/a1@2026-03-04')
    await lab.boom()
    const [{ backfillId } = { backfillId: '' }] = await lab.json<BackfillReport[]>(['backfill', 'list'])
    const resumed = await run(resume!, { 'inputs.resume': backfillId.slice(0, 8) })
    expect(resumed.summary).toContain('completed: 4 of 4 partitions')
  })
})

/** Steps of a workflow that call the command. */
function commandsOf(file: string): WorkflowStep[] {
  return workflowSteps(file).filter((step) => step.script.includes('ottok'))
}

/** Runs a step's script as the runner does, with stand-ins for the expressions of its variables. */
async function run(step: WorkflowStep, expressions: Readonly<Record<string, string>> = {}, code = 0) {
  const summary = join(lab.home, 'summary.md')
  await rm(summary, { force: true })
  await writeFile(summary, '')
  const servers: Record<string, string> = {
    'secrets.DATABASE_URL': url,
    'secrets.CLICKHOUSE_URL': '',
    'secrets.S3_ENDPOINT': '',
    'secrets.S3_BUCKET': '',
    'secrets.S3_REGION': '',
    'secrets.S3_ACCESS_KEY_ID': '',
    'secrets.S3_SECRET_ACCESS_KEY': '',
  }
  const known = { ...servers, ...expressions }
  const env: NodeJS.ProcessEnv = {}
  for (const [name, text] of Object.entries(step.env)) {
    env[name] = text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
      if (!(expression in known)) throw new Error(`${step.job} uses ${expression}, which this test has no stand-in for`)
      return known[expression as keyof typeof known]!
    })
  }
  const { OTTOK_ENV, OTTOK_HOME } = lab.env
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.script], {
    cwd: lab.project.root,
    env: {
      PATH: process.env.PATH,
      // Its git configuration is no concern of the user's.
      HOME: lab.home,
      GITHUB_WORKSPACE: lab.project.root,
      GITHUB_STEP_SUMMARY: summary,
      ...env,
      OTTOK_HOME,
      OTTOK_ENV,
    },
  })
  const { out, err, code: exitCode } = await ended(child)
  expect(exitCode, `${step.job}: ${step.name}\n${out}${err}`).toBe(code)
  return { out, err, summary: await readFile(summary, 'utf8') }
}

async function change(mark: string): Promise<void> {
  await lab.project.write(withAutomation(chainFiles({ ...CHAIN, mark })))
  commit(mark)
}

/** The days of a chain end in March 2026, whatever today is. */
function withAutomation(files: Record<string, string>): Record<string, string> {
  const text = files['definitions.ts']!.replace('import { asset,', 'import { asset, onMissing,')
    .replace("timezone: 'Europe/Moscow' }", "end: '2026-03-05', timezone: 'Europe/Moscow' }")
    .replace('defineGraph({ assets: all,', 'defineGraph({ assets: all, automation: onMissing(),')
  return { ...files, 'definitions.ts': text }
}

function commit(message: string): void {
  git('add', '.')
  git('commit', '-m', message)
}

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'init.defaultBranch=main']
  return execFileSync('git', ['-C', lab.project.root, ...identity, ...args], { encoding: 'utf8' }).trim()
}
