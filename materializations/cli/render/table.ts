/** Width that everything must be readable at. */
const WIDTH = 80

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** The column that gives way when a row is wider than the terminal; its text is cut at the end. */
  readonly flexible?: boolean
}

/** Aligned columns with a heading, two spaces between; no lines, so that other programs can cut it. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) => Math.max(column.title.length, ...rows.map((row) => row[i]!.length)))
  const total = widths.reduce((sum, width) => sum + width, 0) + 2 * (columns.length - 1)
  const flexible = columns.findIndex((column) => column.flexible)
  const available = Math.max(WIDTH, process.stdout.columns ?? WIDTH)
  if (flexible >= 0 && total > available) {
    widths[flexible] = Math.max(12, columns[flexible]!.title.length, widths[flexible]! - (total - available))
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
