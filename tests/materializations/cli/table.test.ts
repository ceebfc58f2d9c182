import { describe, expect, it } from 'vitest'
import { table } from '../../../materializations/cli/render/table.ts'

const columns = [
  { title: 'ASSET' },
  { title: 'TO MAKE', align: 'right' as const },
  { title: 'PARTITIONS', flexible: true },
  { title: 'BECAUSE', flexible: true },
]
const widthOf = (text: string) => Math.max(...text.split('\n').map((line) => line.length))

describe('tables', () => {
  it('what fits stays whole', () => {
    expect(table(columns, [['features/spend', '3', '2026-03-28..2026-03-30', 'never made']])).toBe(
      'ASSET           TO MAKE  PARTITIONS              BECAUSE\n' +
        'features/spend        3  2026-03-28..2026-03-30  never made',
    )
  })

  it('the widest flexible column gives way first, all of them when one is not enough', () => {
    const range = '2026-03-28|spring..2026-03-30|midsummer'
    const short = table(columns, [['scores/campaign_day', '15', range, 'never made']])
    expect(widthOf(short)).toBe(80)
    expect(short).toContain('…  never made')
    const both = table(columns, [['scores/campaign_day', '15', range, `its code changed: ${'x'.repeat(90)}`]])
    expect(widthOf(both)).toBe(80)
    expect(both.split('\n')[1]).toMatch(
      /^scores\/campaign_day {7}15 {2}2026-03-28\|spring..2026… {2}its code changed: x+…$/,
    )
  })

  it('keys and numbers are never cut, even when that makes a row wider', () => {
    const wide = table(columns, [['a'.repeat(70), '1', 'b'.repeat(30), 'c'.repeat(30)]])
    expect(wide.split('\n')[1]).toBe(`${'a'.repeat(70)}        1  ${'b'.repeat(11)}…  ${'c'.repeat(11)}…`)
  })
})
