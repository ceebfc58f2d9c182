/** Width that everything must be readable at. */
const WIDTH = 80
/** What is left of a column that gives way. */
const NARROWEST = 12

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** It gives way when a row is wider than the terminal, the last of them first; its text is cut at the end. */
  readonly flexible?: boolean
}

/** Aligned columns with a heading, two spaces between; no lines, so that other programs can cut it. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) => Math.max(column.title.length, ...rows.map((row) => row[i]!.length)))
  const available = Math.max(WIDTH, process.stdout.columns ?? WIDTH)
  let over = sum(widths) + 2 * (columns.length - 1) - available
  for (let i = columns.length - 1; i >= 0 && over > 0; i--) {
    if (!columns[i]!.flexible) continue
    const cut = Math.min(over, Math.max(0, widths[i]! - Math.max(NARROWEST, columns[i]!.title.length)))
    widths[i]! -= cut
    over -= cut
  }
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => {
        const text = cell.length > widths[i]! ? `${cell.slice(0, widths[i]! - 1)}…` : cell
        return columns[i]!.align === 'right' ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)
      })
      .join('  ')
      .trimEnd()
  return [line(columns.map((column) => column.title)), ...rows.map(line)].join('\n')
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
