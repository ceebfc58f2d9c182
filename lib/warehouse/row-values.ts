/** A batch of rows as lines of JSONCompactEachRow. */
export function encodeRows(rows: readonly (readonly unknown[])[]): string {
  let text = ''
  for (const row of rows) text += `${JSON.stringify(row, encodeValue)}\n`
  return text
}

/** Number and bigint values that JSON has no form for are given as text, which the engine reads in number columns. */
function encodeValue(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Record<string, unknown>)[key]
  if (raw instanceof Date) return raw.toISOString().replace('T', ' ').replace('Z', '')
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && !Number.isFinite(value))
    return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  return value
}
