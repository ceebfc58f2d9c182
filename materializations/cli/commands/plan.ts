import { describePlan } from '../../operations/describe-plan.ts'
import { estimatePlan } from '../../operations/estimate.ts'
import { hasWork, makePlan } from '../../operations/materialize.ts'
import type { Register } from '../command.ts'
import { addPlanOptions, planRequest } from '../plan-request.ts'
import { planText } from '../render/plan.ts'

/** Exit code of `--check` when there is something to do. */
export const FOUND_WORK = 3

export const plan: Register = (program, on) => {
  on(
    addPlanOptions(
      program.command('plan [selection]').description('what materialize would do, and why; makes nothing'),
    ).option('--check', `exit with ${FOUND_WORK} when there is something to do`),
    ({ session, output, signal }, [selection], options) =>
      session(async (open) => {
        const planned = await makePlan(open, await planRequest(open, selection, options), signal)
        const estimate = await estimatePlan(open.lineage, planned.plan, open.settings.concurrency)
        const report = describePlan(planned.state, planned.plan, estimate)
        const found = options.check === true && hasWork(planned.plan)
        return { json: report, text: planText(report, output.colors), exitCode: found ? FOUND_WORK : 0 }
      }),
  )
}
