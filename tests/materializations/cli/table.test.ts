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

  it('the last flexible column gives way first, the one before it when that is not enough', () => {
    const long = table(columns, [['a/day', '15', '2026-03-28..2026-03-30', `its code changed: ${'x'.repeat(90)}`]])
    expect(widthOf(long)).toBe(80)
    expect(long.split('\n')[1]).toMatch(/^a\/day {7}15 {2}2026-03-28\.\.2026-03-30 {2}its code changed: x+…$/)
    const range = '2026-03-28|spring..2026-03-30|midsummer'
    const both = table(columns, [['scores/campaign_day', '15', range, 'its code changed']])
    expect(widthOf(both)).toBe(80)
    expect(both.split('\n')[1]).toBe('scores/campaign_day       15  2026-03-28|spring..2026-03-30|midsu…  its code ch…')
  })

  it('keys and numbers are never cut, even when that makes a row wider', () => {
    const wide = table(columns, [['a'.repeat(70), '1', 'b'.repeat(30), 'c'.repeat(30)]])
    expect(wide.split('\n')[1]).toBe(`${'a'.repeat(70)}        1  ${'b'.repeat(11)}…  ${'c'.repeat(11)}…`)
  })
})
