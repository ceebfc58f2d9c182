import { accept as acceptCode } from '../../operations/accept.ts'
import { selectAssets } from '../../operations/select-assets.ts'
import type { Register } from '../command.ts'
import { countText } from '../render/words.ts'

export const accept: Register = (program, on) => {
  on(
    program
      .command('accept <selection>')
      .description("record today's code version for data that exist, without remaking them")
      .requiredOption('--reason <text>', 'why the change of code changes no result; kept'),
    ({ session }, [selection], options) =>
      session(async (open) => {
        const keys = await selectAssets(open, selection!)
        const assets = await acceptCode(open, await open.state(), keys, options.reason as string)
        const accepted = assets.reduce((sum, one) => sum + one.accepted, 0)
        const lines = assets
          .filter((one) => one.accepted > 0)
          .map((one) => `${one.key}: ${countText(one.accepted, 'partition')} accepted`)
        return {
          json: { accepted, assets },
          text: lines.length === 0 ? 'nothing to accept: the recorded code is that of today' : lines.join('\n'),
        }
      }),
  )
}
