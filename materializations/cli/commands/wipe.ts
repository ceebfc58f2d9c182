import { selectAssets } from '../../operations/select-assets.ts'
import { planWipe, wipe as wipePartitions } from '../../operations/wipe.ts'
import type { Register } from '../command.ts'
import { requireConsent } from '../confirm.ts'
import { addPartitionOptions, partitionRequest } from '../partition-options.ts'
import { countText } from '../render/words.ts'

export const wipe: Register = (program, on) => {
  on(
    addPartitionOptions(
      program.command('wipe <selection>').description('delete data and state of partitions; asks first'),
    ).option('--effects', 'forget effects too, so that they may happen again'),
    ({ session, globals, output }, [selection], options) =>
      session(async (open) => {
        const keys = await selectAssets(open, selection!, { anyStores: true })
        const request = partitionRequest(options)
        const wiping = await planWipe(open, await open.state({ anyStores: true }), keys, request, {
          effects: options.effects === true,
        })
        const total = wiping.reduce((sum, one) => sum + one.partitions.length, 0)
        if (total === 0) return { json: { wiped: 0, assets: [], untouched: [] }, text: 'nothing to wipe' }
        if (!globals.yes) {
          const question = `This deletes ${countText(total, 'partition')} of ${countText(wiping.length, 'asset')} in environment '${open.settings.environment}'.`
          await requireConsent(question, output.streams.inIsTerminal, {
            what: 'nothing was wiped',
            mend: 'Pass --yes to delete without being asked.',
          })
        }
        const done = await wipePartitions(open, wiping)
        const lines = done.assets.map((one) => `${one.key}: ${countText(one.partitions, 'partition')} wiped`)
        for (const kind of done.untouched) {
          lines.push(`the ${kind} store belongs to another lineage: its data were left alone`)
        }
        return { json: { wiped: total, ...done }, text: lines.join('\n') }
      }),
  )
}
