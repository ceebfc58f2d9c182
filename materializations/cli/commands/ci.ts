import { appendFile } from 'node:fs/promises'
import { type Comparison, compareRevisions, requireSharedLineage } from '../../operations/compare-revisions.ts'
import { describePlan, type PlanReport } from '../../operations/describe-plan.ts'
import { estimatePlan } from '../../operations/estimate.ts'
import { hasWork, makePlan, type PlanRequest } from '../../operations/materialize.ts'
import type { Session } from '../../session.ts'
import type { CommandContext, Handler, Register, Result } from '../command.ts'
import { materializeAndReport } from '../materialize-and-report.ts'
import { comparisonMarkdown } from '../render/comparison.ts'
import { FOUND_WORK } from './plan.ts'

export const ci: Register = (program, on) => {
  const group = program.command('ci').description('for continuous integration')
  const command = (name: string, description: string) =>
    group
      .command(name)
      .description(description)
      .requiredOption('--base <ref>', 'the revision to compare with')
      .option('--no-observe', 'do not look at the sources first')
      .option('--allow-embedded', 'also on an embedded or empty lineage store')
  on(
    command('plan', 'assets that differ from another revision, and the partitions to remake').option(
      '--check',
      `exit with ${FOUND_WORK} when there is something to remake`,
    ),
    within(planChange),
  )
  on(command('backfill', 'remake what differs from another revision'), within(backfillChange))
}

type Step = (
  context: CommandContext,
  session: Session,
  comparison: Comparison,
  options: Readonly<Record<string, unknown>>,
) => Promise<Result>

function within(step: Step): Handler {
  return (context, _, options) =>
    context.session(async (session) => {
      if (options.allowEmbedded !== true) await requireSharedLineage(session)
      const comparison = await compareRevisions(session, context.globals.definitions, options.base as string)
      return step(context, session, comparison, options)
    })
}

async function planChange(
  context: CommandContext,
  session: Session,
  comparison: Comparison,
  options: Readonly<Record<string, unknown>>,
): Promise<Result> {
  const { state, plan } = await makePlan(session, requestOf(comparison, options), context.signal)
  const report = describePlan(state, plan, await estimatePlan(session.lineage, plan, session.settings.concurrency))
  const text = comparisonMarkdown(comparison, report, options.base as string)
  await addToSummary(context, text)
  const found = options.check === true && hasWork(plan)
  return { json: jsonOf(comparison, report), text, exitCode: found ? FOUND_WORK : 0 }
}

function backfillChange(
  context: CommandContext,
  session: Session,
  comparison: Comparison,
  options: Readonly<Record<string, unknown>>,
): Promise<Result> {
  return materializeAndReport(context, session, requestOf(comparison, options))
}

function requestOf({ selected }: Comparison, options: Readonly<Record<string, unknown>>): PlanRequest {
  return { selected, request: { kind: 'all' }, look: options.observe !== false, restate: false }
}

function jsonOf({ commit, diff }: Comparison, report: PlanReport) {
  return { base: commit, changed: diff, ...report }
}

/** GitHub shows this file on the page of the run. */
async function addToSummary({ env }: CommandContext, markdown: string): Promise<void> {
  const file = env.GITHUB_STEP_SUMMARY
  if (file !== undefined && file !== '') await appendFile(file, `${markdown}\n`)
}
