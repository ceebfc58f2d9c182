import { LEAST_RUNS } from './measure.ts'
import type { Row } from './workload.ts'

const HEADER = ['workload', 'unit', 'ours', 'theirs', 'ratio', 'goal', 'peer']

/** The rows as an aligned table for people, one line a workload; numbers to the right. */
export function table(rows: readonly Row[]): string {
  const cells = [HEADER, ...rows.map(cellsOf)]
  const widths = HEADER.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)))
  return cells
    .map((line) =>
      line
        .map((cell, column) => pad(cell, column, widths))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function cellsOf(row: Row): string[] {
  const gap = row.aucGap === undefined ? '' : `, AUC gap ${row.aucGap.toFixed(4)}`
  const peer = `${row.peer}${gap}${row.runs < LEAST_RUNS ? `, ${row.runs} run only` : ''}`
  const goal = row.goal === null ? '-' : `${row.goal.toFixed(2)}${row.ratio >= row.goal ? '' : ' missed'}`
  return [row.workload, row.unit, figure(row.ours), figure(row.theirs), row.ratio.toFixed(2), goal, peer]
}

function pad(cell: string, column: number, widths: readonly number[]): string {
  const isNumber = column >= 2 && column <= 4
  return isNumber ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
}

/** Four significant digits, or all of a large whole part. */
function figure(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(4)))
}
