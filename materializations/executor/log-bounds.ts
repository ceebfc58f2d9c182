import { type Redact, redactFields } from '../../lib/config/index.ts'

/** Characters of a message that are kept. */
const MESSAGE_LENGTH = 4_000
/** Characters of an entry's fields as JSON. */
const FIELDS_LENGTH = 16_000

/** A text that PostgreSQL can store, of bounded length. */
export function boundedText(text: string): string {
  const all = storable(text)
  return all.length <= MESSAGE_LENGTH ? all : `${storable(all.slice(0, MESSAGE_LENGTH))}…`
}

/** Fields as JSON that PostgreSQL can store, without secrets and of bounded size; what is no JSON becomes text. */
export function boundedFields(fields: object, redact: Redact): unknown {
  const clean = redactFields(JSON.parse(jsonText(fields)), redact)
  const text = JSON.stringify(clean)
  return text.length <= FIELDS_LENGTH ? clean : { cut: boundedText(text) }
}

function jsonText(fields: object): string {
  const above: object[] = []
  return (
    JSON.stringify(fields, function (this: object, _, value: unknown) {
      // `this` holds the value: whatever is not on the way to it has been left.
      while (above.length > 0 && above.at(-1) !== this) above.pop()
      if (typeof value === 'bigint') return value.toString()
      if (typeof value === 'string') return storable(value)
      if (value instanceof Error) return value.message
      if (typeof value !== 'object' || value === null) return value
      if (above.includes(value)) return '(circular)'
      above.push(value)
      return value
    }) ?? '{}'
  )
}

/** Without NUL and halves of a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll(/\0|\p{Surrogate}/gu, '\ufffd')
}
