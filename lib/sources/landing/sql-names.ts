/** Names and texts in ClickHouse SQL. */

/** A column's name, quoted where it is no plain word. */
export function name(column: string): string {
  return /^[A-Za-z_]\w*$/.test(column) ? column : `\`${column.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}

export function literal(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\t', '\\t').replaceAll('\n', '\\n')
  return `'${escaped}'`
}
