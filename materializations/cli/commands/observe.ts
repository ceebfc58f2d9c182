import { observeSources, sourcesOf } from '../../operations/observe.ts'
import { addressText } from '../../operations/partition-ranges.ts'
import { selectAssets } from '../../operations/select-assets.ts'
import type { Register } from '../command.ts'
import { countText } from '../render/words.ts'

/** Changes that are told one by one. */
const SHOWN = 20

export const observe: Register = (program, on) => {
  on(
    program.command('observe [selection]').description('look at the sources that the selected assets read'),
    ({ session, signal }, [selection]) =>
      session(async (open) => {
        const sources = sourcesOf(open, await selectAssets(open, selection ?? '*'))
        const json = await observeSources(open, await open.state(), sources, signal)
        const changed = json.filter((one) => one.changed)
        const lines = changed
          .slice(0, SHOWN)
          .map(({ key, partition, dataVersion }) => `changed: ${addressText(key, partition)} is now ${dataVersion}`)
        if (changed.length > SHOWN) lines.push(`and ${countText(changed.length - SHOWN, 'change')} more`)
        const looked = `${countText(json.length, 'partition')} of ${countText(sources.length, 'source')} seen`
        lines.push(`${looked}, ${changed.length} changed`)
        return { json, text: lines.join('\n') }
      }),
  )
}
