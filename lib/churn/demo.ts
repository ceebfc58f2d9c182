import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OttokError } from '../config/errors.ts'
import type { ModuleCommand, ModuleContext, ModuleOutput } from '../config/module-command.ts'
import type { ChurnQuality } from '../learning/index.ts'
import { readTruth, type SimulatedWorld, simulate, worldNamed } from '../sources/simulator/index.ts'
import { readDemoTables } from './demo-tables.ts'
import { demoText } from './demo-text.ts'
import { simulationText } from './simulation-text.ts'
import { type DemoSummary, judgeSegment, type SegmentSummary } from './summary.ts'
import { wholeNumber } from './whole-number.ts'

/** What the demo needs to know of the graph it runs. */
export interface DemoPlan {
  /** First day with events of the simulated world. */
  readonly start: string
  readonly timezone: string
  readonly segments: readonly string[]
  /** Asset whose partitions, by segment, carry the quality of the model in force. */
  readonly champion: string
  /** Published asset whose rows are counted. */
  readonly mart: string
  /** Table of the mart, `schema.table`. */
  readonly martTable: readonly [schema: string, table: string]
  readonly leastDays: number
}

/** Simulates a service once, then runs the whole graph on the embedded stores and judges what came out. */
export function demoCommand(plan: DemoPlan): ModuleCommand {
  return {
    name: 'demo',
    description: 'simulate a streaming service, run the whole graph, print a summary',
    options: [
      { flags: '--users <n>', description: 'accounts of the initial base', default: '20000' },
      {
        flags: '--days <n>',
        description: `days with events, at least ${plan.leastDays}`,
        default: String(plan.leastDays),
      },
      { flags: '--seed <n>', description: 'seed of the world', default: '1' },
      { flags: '--world <name>', description: 'default, null, billing-only, ...', default: 'default' },
    ],
    run: async (context, _args, options) => runDemo(plan, context, options),
  }
}

async function runDemo(
  plan: DemoPlan,
  context: ModuleContext,
  options: Readonly<Record<string, unknown>>,
): Promise<ModuleOutput> {
  const started = performance.now()
  const users = wholeNumber('--users', options.users, 100)
  const days = wholeNumber('--days', options.days, plan.leastDays)
  const seed = wholeNumber('--seed', options.seed, 0)
  const parameters = worldNamed(String(options.world))
  const folder = join(context.settings.home, 'world')
  let simulated: SimulatedWorld | undefined
  if (existsSync(join(folder, 'world.json'))) context.progress(`using the world in ${folder}`)
  else {
    context.progress(`simulating ${users} accounts over ${days} days`)
    const { start, timezone } = plan
    simulated = await simulate({ users, days, seed, start, timezone, parameters, out: folder })
    context.progress(simulationText(simulated))
    await context.setNow(new Date(simulated.world.now))
  }
  const run = await context.materialize()
  if (run.status !== 'succeeded') {
    const [first] = run.failures
    throw new OttokError({
      what: `the run ${run.runId ?? ''} ${run.status}`,
      cause: first ? `${first.key}@${first.partition}: ${first.error}` : 'It was stopped before its end.',
      mend: 'Mend that, then run `ottok materialize`: it goes on from there.',
    })
  }
  const summary = await summarise(plan, context, folder, { runId: run.runId, started, simulated })
  const leaks = summary.segments.filter((segment) => segment.leak)
  return { json: summary, text: demoText(summary, context), exitCode: leaks.length > 0 ? 1 : 0 }
}

async function summarise(
  plan: DemoPlan,
  context: ModuleContext,
  folder: string,
  done: {
    readonly runId: string | undefined
    readonly started: number
    readonly simulated: SimulatedWorld | undefined
  },
): Promise<DemoSummary> {
  const truth = await readTruth(folder)
  const cutoff = truth.cutoffs.at(-1)
  if (!cutoff) throw new Error('the world has no frozen cut-off')
  const segments: SegmentSummary[] = []
  for (const segment of plan.segments) {
    const model = await context.current(plan.champion, segment)
    if (!model) throw new Error(`${plan.champion}@${segment} was not made`)
    const quality = model.metadata.quality as ChurnQuality
    segments.push(judgeSegment(segment, quality, cutoff, model.metadata.model as string))
  }
  const [schema, table] = plan.martTable
  const place = context.publishedSchema(schema)
  const name = `${place}.${table}`
  const rows = await context.query<{ score_status: string; n: number }>(
    `SELECT score_status, count(*) AS n FROM ${name} GROUP BY score_status ORDER BY n DESC`,
  )
  return {
    segments,
    mart: {
      rows: rows.reduce((sum, row) => sum + Number(row.n), 0),
      table: name,
      statuses: Object.fromEntries(rows.map((row) => [row.score_status, Number(row.n)])),
    },
    ...(await readDemoTables(context, place)),
    ...(done.simulated && {
      simulation: { rows: done.simulated.rows, elapsedMs: Math.round(done.simulated.elapsedMs) },
    }),
    runId: done.runId,
    elapsedMs: Math.round(performance.now() - done.started),
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  }
}
