import { appendFile } from 'node:fs/promises'
import type { BackfillRequest } from '../../backfills/request.ts'
import { type Comparison, compareRevisions, requireSharedLineage } from '../../operations/compare-revisions.ts'
import { describePlan } from '../../operations/describe-plan.ts'
import { estimatePlan } from '../../operations/estimate.ts'
import { hasWork, makePlan } from '../../operations/materialize.ts'
import type { Session } from '../../session.ts'
import type { CommandContext, Handler, Register, Result } from '../command.ts'
import { createAndDrive } from '../drive-and-report.ts'
import { comparisonMarkdown, comparisonText } from '../render/comparison.ts'
import { comparisonBlocks } from '../render/comparison-blocks.ts'
import { addBatchOption, BATCH } from './backfill.ts'
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
    command('plan', 'assets that differ from another revision, and the partitions to remake')
      .option('--markdown', 'print Markdown; it goes to $GITHUB_STEP_SUMMARY in any case')
      .option('--check', `exit with ${FOUND_WORK} when there is something to remake`),
    within(planChange),
  )
  on(
    addBatchOption(command('backfill', 'create a backfill of what differs from another revision, and run it')).option(
      '--queue',
      'only write it down: `backfill resume` runs it, here or elsewhere',
    ),
    within(backfillChange),
  )
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
  const estimate = await estimatePlan(session.lineage, plan, session.settings.concurrency)
  const report = describePlan(state, plan, estimate)
  const title = titleOf(comparison, options)
  const blocks = comparisonBlocks(comparison, report, estimate)
  const markdown = comparisonMarkdown(title, blocks)
  await addToSummary(context, markdown)
  const found = options.check === true && hasWork(plan)
  return {
    json: { base: comparison.commit, changed: comparison.diff, changes: comparison.changes, ...report },
    text: options.markdown === true ? markdown : comparisonText(title, blocks),
    exitCode: found ? FOUND_WORK : 0,
  }
}

function backfillChange(
  context: CommandContext,
  session: Session,
  comparison: Comparison,
  options: Readonly<Record<string, unknown>>,
): Promise<Result> {
  const request = requestOf(comparison, options)
  return createAndDrive(context, session, request, { queue: options.queue === true })
}

function requestOf(comparison: Comparison, options: Readonly<Record<string, unknown>>): BackfillRequest {
  return {
    selection: `what differs from ${options.base as string} (${comparison.commit.slice(0, 12)})`,
    selected: comparison.selected,
    request: { kind: 'all' },
    look: options.observe !== false,
    restate: false,
    batch: (options.batch as number | undefined) ?? BATCH,
  }
}

function titleOf({ commit }: Comparison, options: Readonly<Record<string, unknown>>): string {
  return `Plan against ${options.base as string} (${commit.slice(0, 12)})`
}

/** GitHub shows this file on the page of the run. */
async function addToSummary({ env }: CommandContext, markdown: string): Promise<void> {
  const file = env.GITHUB_STEP_SUMMARY
  if (file !== undefined && file !== '') await appendFile(file, `${markdown}\n`)
}
