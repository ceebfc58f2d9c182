import { createBackfill, prepareBackfill } from '../backfills/create.ts'
import { type DriveOptions, driveBackfill } from '../backfills/drive.ts'
import { shortId } from '../backfills/find.ts'
import { type BackfillReport, backfillReport } from '../backfills/report.ts'
import type { BackfillRequest } from '../backfills/request.ts'
import type { Session } from '../session.ts'
import type { CommandContext, Result } from './command.ts'
import { confirmed } from './confirm.ts'
import { ASK_ABOVE } from './materialize-and-report.ts'
import { backfillText, blockedLines } from './render/backfill.ts'
import { warningLines } from './render/plan.ts'
import { showProgress } from './render/progress.ts'
import { countText } from './render/words.ts'
import { runLog } from './run-log.ts'

/** Plans, asks where it must, writes the backfill down, and runs it unless it is only queued. */
export async function createAndDrive(
  context: CommandContext,
  session: Session,
  request: BackfillRequest,
  { queue }: { readonly queue: boolean },
): Promise<Result> {
  const { output, globals } = context
  const planned = await prepareBackfill(session, request, context.signal)
  for (const line of warningLines(planned.plan)) output.note(line)
  if (planned.wanted === 0) {
    const blocked = blockedLines(
      planned.assets.map((one) => ({
        key: one.asset_key,
        count: one.blocked_count,
        reason: one.blocked_because ?? '',
      })),
    )
    const text = [
      ...blocked,
      blocked.length > 0 ? 'nothing can be made' : 'nothing to do: everything selected is fresh',
    ]
    return { json: { backfillId: null, status: 'completed', counts: NO_COUNTS, assets: [] }, text: text.join('\n') }
  }
  const assets = planned.assets.filter((one) => one.wanted_count > 0).length
  const scope = `${countText(planned.wanted, 'partition')} of ${countText(assets, 'asset')}`
  const mustAsk = planned.wanted > ASK_ABOVE && !globals.yes && !queue && output.streams.inIsTerminal
  if (mustAsk && !(await confirmed(`This makes ${scope}.`))) {
    return {
      json: { backfillId: null, status: 'declined', counts: NO_COUNTS, assets: [] },
      text: 'nothing was made',
      exitCode: 1,
    }
  }
  const id = await createBackfill(session, request, planned, context.typed)
  output.note(`backfill ${shortId(id)}: ${scope}`)
  if (queue) {
    const json = await backfillReport(session, id)
    return { json, text: `backfill ${shortId(id)} is queued: \`ottok backfill resume ${shortId(id)}\` runs it` }
  }
  // The sources were looked at for the plan.
  return driveAndReport(context, session, id, { look: false })
}

const NO_COUNTS: BackfillReport['counts'] = { wanted: 0, made: 0, unchanged: 0, failed: 0, waiting: 0 }

/** Runs a backfill that is written down, and tells how far it is then. */
export async function driveAndReport(
  context: CommandContext,
  session: Session,
  id: string,
  options: Pick<DriveOptions, 'failedOnly' | 'currentCode' | 'look'>,
): Promise<Result> {
  const { output, globals, signal } = context
  await driveBackfill(session, id, {
    ...options,
    command: context.typed,
    signal,
    log: runLog(output, globals.verbose),
    onProgress: showProgress(output),
  })
  output.endProgress()
  const json = await backfillReport(session, id)
  return { json, text: backfillText(json, output.colors), exitCode: EXIT_CODES[json.status] ?? 1 }
}

const EXIT_CODES: Readonly<Partial<Record<BackfillReport['status'], number>>> = { completed: 0, cancelled: 130 }
