import { addressText } from '../../operations/partition-ranges.ts'
import { selectAssets } from '../../operations/select-assets.ts'
import { verify as verifyStored } from '../../operations/verify.ts'
import type { Register } from '../command.ts'
import { countText } from '../render/words.ts'

/** Problems that are told one by one. */
const SHOWN = 50

export const verify: Register = (program, on) => {
  on(
    program
      .command('verify [selection]')
      .description('compare what is stored with what is recorded; finds edited, deleted and foreign data'),
    ({ session, output }, [selection]) =>
      session(async (open) => {
        const keys = await selectAssets(open, selection ?? '*')
        const json = await verifyStored(open, await open.state(), keys)
        const bad = json.filter((verdict) => !verdict.ok)
        const lines = bad
          .slice(0, SHOWN)
          .map(({ key, partition, problem }) =>
            output.colors.red(key === '' ? `${problem}` : `${addressText(key, partition)}: ${problem}`),
          )
        if (bad.length > SHOWN) lines.push(`and ${countText(bad.length - SHOWN, 'problem')} more`)
        const good = json.length - bad.length
        lines.push(`${countText(good, 'partition')} as recorded, ${countText(bad.length, 'problem')}`)
        if (bad.length > 0) lines.push('next: `ottok wipe` those partitions, then `ottok materialize`')
        return { json, text: lines.join('\n'), exitCode: bad.length > 0 ? 1 : 0 }
      }),
  )
}
