import type { Register } from '../command.ts'
import { materializeAndReport } from '../materialize-and-report.ts'
import { addPlanOptions, planRequest } from '../plan-request.ts'

export const materialize: Register = (program, on) => {
  on(
    addPlanOptions(
      program
        .command('materialize [selection]')
        .description('make what is missing or stale of the selected assets, and record it'),
    ),
    (context, [selection], options) =>
      context.session(async (open) => materializeAndReport(context, open, await planRequest(open, selection, options))),
  )
}
