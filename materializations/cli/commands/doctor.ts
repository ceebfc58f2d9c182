import { diagnose } from '../../operations/doctor.ts'
import type { Register } from '../command.ts'

export const doctor: Register = (program, on) => {
  on(
    program.command('doctor').description('try every store and library, and say how to mend what does not work'),
    async ({ settings, output }) => {
      const json = await diagnose(await settings())
      const { colors } = output
      const lines = json.flatMap(({ name, ok, detail, mend }) => [
        `${ok ? colors.green('ok  ') : colors.red('FAIL')}  ${name.padEnd(12)}  ${detail}`,
        ...(mend === undefined ? [] : [`${' '.repeat(20)}mend: ${mend}`]),
      ])
      return { json, text: lines.join('\n'), exitCode: json.every((finding) => finding.ok) ? 0 : 1 }
    },
  )
}
