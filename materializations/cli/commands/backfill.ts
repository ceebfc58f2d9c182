import { type Command, InvalidArgumentError } from 'commander'
import { cancelBackfill } from '../../backfills/cancel.ts'
import { previewBackfill } from '../../backfills/create.ts'
import { findBackfill, shortId } from '../../backfills/find.ts'
import { recentBackfills } from '../../backfills/list.ts'
import { backfillReport } from '../../backfills/report.ts'
import type { BackfillRequest } from '../../backfills/request.ts'
import { describePlan } from '../../operations/describe-plan.ts'
import { estimatePlan } from '../../operations/estimate.ts'
import type { Session } from '../../session.ts'
import type { CommandContext, Register, Result } from '../command.ts'
import { createAndDrive, driveAndReport } from '../drive-and-report.ts'
import { addPlanOptions, planRequest } from '../plan-request.ts'
import { backfillText, previewText, recentText } from '../render/backfill.ts'
import { FOUND_WORK } from './plan.ts'

/** Most partitions a run makes, unless told: enough to keep the machine busy, few enough to plan and hold at once. */
export const BATCH = 2_000

export const backfill: Register = (program, on) => {
  const group = program.command('backfill').description('make many partitions, in order, in runs that can be resumed')
  on(
    addBatchOption(
      addPlanOptions(
        group
          .command('create <selection>')
          .description('plan what is stale, write it down, and make it batch by batch'),
      ),
    )
      .option('--dry-run', 'show what it would make, why, and about how long it takes; writes nothing')
      .option('--check', `as --dry-run; exits with ${FOUND_WORK} when there is something to make`)
      .option('--queue', 'only write it down: `backfill resume` runs it, here or elsewhere'),
    (context, [selection], options) => context.session((session) => create(context, session, selection!, options)),
  )
  on(
    group.command('list').description('the newest backfills').option('--limit <n>', 'how many', wholeNumber, 20),
    ({ session }, _, options) =>
      session(async ({ lineage }) => {
        const json = await recentBackfills(lineage, options.limit as number)
        return { json, text: json.length === 0 ? 'no backfill yet' : recentText(json) }
      }),
  )
  on(
    group.command('show <backfill>').description('how far one is, by asset; the start of its id is enough'),
    ({ session, output }, [id]) =>
      session(async (open) => {
        const json = await backfillReport(open, id!)
        return { json, text: backfillText(json, output.colors) }
      }),
  )
  on(
    group.command('cancel <backfill>').description('stop one, wherever it runs; what is made stays'),
    ({ session }, [id]) => session((open) => cancel(open, id!)),
  )
  on(
    group
      .command('resume <backfill>')
      .description('make what is missing of one: queued, cancelled, failed or interrupted')
      .option('--failed-only', 'only what failed, and what was skipped for it')
      .option('--current-code', 'plan it anew when definitions changed since it was created')
      .option('--no-observe', 'do not look at the sources first'),
    (context, [id], options) =>
      context.session(async (session) => {
        const { backfill_id } = await findBackfill(session.lineage, id!)
        return driveAndReport(context, session, backfill_id, {
          failedOnly: options.failedOnly === true,
          currentCode: options.currentCode === true,
          look: options.observe !== false,
        })
      }),
  )
}

/** The size of a backfill's runs. */
export function addBatchOption(command: Command): Command {
  return command.option('--batch <n>', 'most partitions that one run makes', wholeNumber, BATCH)
}

async function create(
  context: CommandContext,
  session: Session,
  selection: string,
  options: Readonly<Record<string, unknown>>,
): Promise<Result> {
  const request: BackfillRequest = {
    ...(await planRequest(session, selection, options)),
    selection,
    batch: options.batch as number,
  }
  if (options.dryRun === true || options.check === true) {
    return preview(context, session, request, options.check === true)
  }
  return createAndDrive(context, session, request, { queue: options.queue === true })
}

async function preview(
  { output }: CommandContext,
  session: Session,
  request: BackfillRequest,
  check: boolean,
): Promise<Result> {
  const { state, plan, wanted } = await previewBackfill(session, request)
  const report = describePlan(state, plan, await estimatePlan(session.lineage, plan, session.settings.concurrency))
  const json = { backfillId: null, wanted, runs: Math.ceil(wanted / request.batch), ...report }
  return { json, text: previewText(json, output.colors), exitCode: check && wanted > 0 ? FOUND_WORK : 0 }
}

async function cancel(session: Session, id: string): Promise<Result> {
  const { backfillId, status, changed } = await cancelBackfill(session.lineage, id)
  const name = `backfill ${shortId(backfillId)}`
  const text = !changed
    ? `${name} is ${status} already`
    : status === 'cancelling'
      ? `${name} is asked to stop: what runs now ends first`
      : `${name} is cancelled`
  return { json: { backfillId, status, changed }, text }
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number from 1 on.')
}
