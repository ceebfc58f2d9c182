import { type CheckReport, checkReports } from '../../operations/checks.ts'
import { groupBy } from '../../operations/group-by.ts'
import { runChecks } from '../../operations/run-checks.ts'
import { selectAssets } from '../../operations/select-assets.ts'
import type { Register } from '../command.ts'
import { addPartitionOptions, partitionRequest } from '../partition-options.ts'
import { table } from '../render/table.ts'
import { countText } from '../render/words.ts'

export const checks: Register = (program, on) => {
  on(
    addPartitionOptions(
      program
        .command('checks [selection]')
        .description('what checks found last, and how fresh assets are')
        .option('--run', 'make the checks now on what is stored; exits with 1 when one of them fails'),
    ),
    ({ session, output }, [selection], options) =>
      session(async (open) => {
        const keys = await selectAssets(open, selection ?? '*')
        const state = await open.state()
        const request = partitionRequest(options)
        if (options.run === true) {
          const made = await runChecks(open, state, keys, request)
          output.note(`${countText(made, 'check')} made of what is stored`)
        }
        const json = await checkReports(open, state, keys, request)
        const hasFailed = json.some(({ passed, severity }) => passed === false && severity === 'error')
        return { json, text: checksText(json), exitCode: options.run === true && hasFailed ? 1 : 0 }
      }),
  )
}

/** Failures that are shown one by one. */
const SHOWN = 20

/** One line a check of an asset, then what the failed ones found; `--json` has each partition. */
function checksText(reports: readonly CheckReport[]): string {
  if (reports.length === 0) return 'no check was made yet'
  const groups = groupBy(reports, ({ key, check }) => `${key} ${check}`)
  const rows = [...groups.values()].map((group) => {
    const failed = group.filter(({ passed }) => passed === false)
    const { key, check } = group[0]!
    const count = failed.length > 0 ? `${failed.length} of ${group.length}` : String(group.length)
    return [key, check, resultText(group), check === 'freshness' ? '' : count]
  })
  const columns = [
    { title: 'ASSET' },
    { title: 'CHECK', flexible: true },
    { title: 'RESULT' },
    { title: 'PARTITIONS', align: 'right' as const },
  ]
  const failures = reports.filter(({ passed }) => passed !== true)
  const lines = failures.slice(-SHOWN).map(({ key, partition, check, detail }) => {
    return `${key}${partition && `@${partition}`} ${check}: ${detail}`
  })
  if (failures.length > SHOWN) lines.push(`(the last ${SHOWN} of ${failures.length})`)
  return [table(columns, rows), ...lines].join('\n')
}

function resultText(group: readonly CheckReport[]): string {
  const failed = group.filter(({ passed }) => passed === false)
  if (failed.length > 0) return failed.some(({ severity }) => severity === 'error') ? 'failed' : 'warning'
  return group.some(({ passed }) => passed === null) ? 'unknown' : 'passed'
}
