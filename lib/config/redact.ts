import type { Settings } from './settings.ts'

const SECRET_PARAMETER = /password|secret|token|key/i

/**
 * A URL fit for logs and error text: its password is replaced by `***`; also the values of query parameters that
 * carry secrets. Text that is not a URL is replaced as a whole, since nothing is known about what it holds.
 */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return '<not a URL>'
  const parsed = new URL(url)
  // `user:password@host` without a protocol parses, as a URL of the protocol `user:` that has no host.
  if (parsed.host === '') return '<not a URL>'
  if (parsed.password !== '') parsed.password = '***'
  for (const name of [...parsed.searchParams.keys()]) {
    if (SECRET_PARAMETER.test(name)) parsed.searchParams.set(name, '***')
  }
  return parsed.toString()
}

/** Takes the secrets out of a text. */
export type Redact = (text: string) => string

/** Shorter values would be found in ordinary words. */
const SHORTEST_SECRET = 6

/** Takes out the secrets that these settings hold, and passwords in addresses, whoever's they are. */
export function redactor(settings: Settings): Redact {
  const { databaseUrl, clickhouseUrl, s3, altcraft } = settings
  const secrets = [...secretsOfUrl(databaseUrl), ...secretsOfUrl(clickhouseUrl), s3?.secretAccessKey, altcraft.token]
    .filter((secret): secret is string => secret !== undefined && secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
  return (text) => {
    let clean = text
    for (const secret of secrets) clean = clean.replaceAll(secret, '***')
    return clean.replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi, '$1:***@')
  }
}

function secretsOfUrl(url: string | undefined): string[] {
  if (url === undefined || !URL.canParse(url)) return []
  const { password } = new URL(url)
  return password === '' ? [] : [password, decodeURIComponent(password)]
}

const SECRET_FIELD = /password|passwd|secret|token|authorization|api_?key|access_?key/i

/** A copy of JSON without secrets: those of its texts, and whatever is named like one. */
export function redactFields(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => redactFields(item, redact))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      SECRET_FIELD.test(name) && !isHarmless(item) ? '***' : redactFields(item, redact),
    ]),
  )
}

/** A count of tokens is no token. */
function isHarmless(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || value === null
}
