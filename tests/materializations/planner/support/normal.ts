/**
 * Where partitions of an upstream came to mean something else, the planner, which knows them by number, and the
 * reference, which knows them by name, may tell a change of the input apart as another window or other data.
 */
export function normalCauses(causes: readonly string[], redefined: ReadonlySet<string>): readonly string[] {
  if (redefined.size === 0) return causes
  const texts = causes.map((cause) => {
    const [kind, upstream] = cause.split(':')
    return (kind === 'deps' || kind === 'data') && redefined.has(upstream!) ? `input:${upstream}` : cause
  })
  return [...new Set(texts)]
}
