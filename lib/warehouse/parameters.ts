import { OttokError } from '../config/index.ts'

const PLACEHOLDER = /\{\s*([A-Za-z_]\w*)\s*:\s*([^{}]+?)\s*\}/g

/**
 * Makes parameters fit for the engine: JS Dates become text of the precision that the placeholder's type asks for. The
 * clients of the server and of the embedded engine format Dates differently, and neither looks at the type.
 * @throws OttokError when a Date meets a type that leaves its meaning open.
 */
export function encodeParameters(sql: string, params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const types = new Map([...sql.matchAll(PLACEHOLDER)].map((match) => [match[1]!, match[2]!]))
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, encode(value, name, types.get(name) ?? '')]),
  )
}

function encode(value: unknown, name: string, type: string): unknown {
  if (value instanceof Date) return dateText(value, name, type)
  if (Array.isArray(value)) return value.map((item) => encode(item, name, type))
  return value
}

function dateText(date: Date, name: string, type: string): string {
  const kinds = new Set([...type.matchAll(/Date(?:Time)?(?:32|64)?/g)].map((match) => match[0].replace('32', '')))
  const kind = [...kinds][0]
  const zone = /'([^']*)'/.exec(type)?.[1]
  if (
    kinds.size !== 1 ||
    kind === undefined ||
    (zone !== undefined && zone !== 'UTC') ||
    Number.isNaN(date.getTime())
  ) {
    throw new OttokError({
      what: `the parameter ${name} of type "${type}" cannot take the date ${String(date)}`,
      cause: 'A Date needs a placeholder with exactly one date or time type, in UTC.',
      mend: 'Give the value as text in the form that the type reads, or declare the placeholder as DateTime64(3).',
    })
  }
  const text = date.toISOString().replace('T', ' ').replace('Z', '')
  if (kind === 'Date') return text.slice(0, 10)
  return kind === 'DateTime' ? text.slice(0, 19) : text
}
