import { requireAutomation } from '../../automation/automated.ts'
import { whileLeading } from '../../automation/lead.ts'
import { reportDryRun, reportTick, type TickReport } from '../../automation/report.ts'
import { evaluateNow, tick as makeTick } from '../../automation/tick.ts'
import type { Register } from '../command.ts'
import { showProgress } from '../render/progress.ts'
import { tickText } from '../render/tick.ts'
import { runLog } from '../run-log.ts'

export const tick: Register = (program, on) => {
  on(
    program
      .command('tick')
      .description('look at the sources, evaluate automation, and make what it asks for, once')
      .option('--dry-run', 'say what would be asked for; makes nothing'),
    ({ session, output, globals, signal, typed }, _, options) =>
      session(async (open) => {
        requireAutomation(open.graph)
        const started = performance.now()
        const elapsed = () => Math.round(performance.now() - started)
        const log = runLog(output, globals.verbose)
        let json: TickReport
        if (options.dryRun === true) json = reportDryRun(await evaluateNow(open, { signal, log }), elapsed())
        else {
          const progress = { command: typed, signal, log, onProgress: showProgress(output) }
          json = await whileLeading(open.lineage, { wait: globals.wait, signal }, async (leader) =>
            reportTick(await makeTick(open, leader, progress), elapsed()),
          )
        }
        output.endProgress()
        return { json, text: tickText(json, output.colors), exitCode: exitCodeOf(json) }
      }),
  )
}

/** A source that cannot be looked at is a failure: what reads it may be missing. */
function exitCodeOf({ status, sourceFailures }: TickReport): number {
  if (status === 'stopped') return 130
  return status === 'failed' || status === 'cancelled' || sourceFailures.length > 0 ? 1 : 0
}
