/** `name` as an identifier, whatever letters it has. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}

/** `text` as a string literal. */
export function quoteString(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** The statement without the semicolons that end it, with settings that last as long as it does. */
export function withSettings(sql: string, settings: Readonly<Record<string, string | number>> = {}): string {
  // On a line of its own, since the statement may end in a comment.
  return `${sql.replace(/[;\s]+$/, '')}\n${settingsClause(settings)}`.trimEnd()
}

/** `SETTINGS name = value, ...`; empty when there are none. */
export function settingsClause(settings: Readonly<Record<string, string | number>> = {}): string {
  return Object.keys(settings).length === 0 ? '' : `SETTINGS ${settingsList(settings)}`
}

/** `name = value, ...`; empty when there are none. */
export function settingsList(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${typeof value === 'number' ? value : quoteString(value)}`)
    .join(', ')
}

/** `INSERT INTO table (columns)`; a dotted table is database and table. */
export function insertInto(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table.split('.').map(quoteIdentifier).join('.')} (${columns.map(quoteIdentifier).join(', ')})`
}
