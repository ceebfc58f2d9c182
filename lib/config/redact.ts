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
    if (/password|secret|token|key/i.test(name)) parsed.searchParams.set(name, '***')
  }
  return parsed.toString()
}
