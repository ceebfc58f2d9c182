/** Width that everything must be readable at. */
const WIDTH = 80
/** What is left of a column that gives way. */
const NARROWEST = 12

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** It gives way when a row is wider than the terminal, the widest of them first; its text is cut at the end. */
  readonly flexible?: boolean
}

/** Aligned columns with a heading, two spaces between; no lines, so that other programs can cut it. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) => Math.max(column.title.length, ...rows.map((row) => row[i]!.length)))
  const available = Math.max(WIDTH, process.stdout.columns ?? WIDTH)
  const gives = columns.flatMap((column, i) => (column.flexible ? [i] : []))
  const least = columns.map((column) => Math.max(NARROWEST, column.title.length))
  for (let over = sum(widths) + 2 * (columns.length - 1) - available; over > 0; over--) {
    const widest = gives.filter((i) => widths[i]! > least[i]!).sort((a, b) => widths[b]! - widths[a]!)[0]
    if (widest === undefined) break
    widths[widest]!--
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
