/**
 * JSON with sorted keys: the same text for equal values, however they were written.
 * @throws TypeError for what JSON cannot say (functions, BigInt, NaN, cycles), instead of dropping it
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON`)
      return JSON.stringify(value)
    case 'object':
      break
    default:
      throw new TypeError(`A ${typeof value} has no JSON`)
  }
  if (value === null) return 'null'
  if (value instanceof Date) return JSON.stringify(value.toISOString())
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value instanceof Map || value instanceof Set) throw new TypeError(`A ${value.constructor.name} has no JSON`)
  const entries = Object.entries(value).filter(([, member]) => member !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`
}
