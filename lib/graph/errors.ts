/** One thing wrong with a graph, a key, a partition or a selection: what, where, and the mend. */
export interface Diagnostic {
  /** Stable name of the kind of mistake, e.g. `cycle`, `unknown-upstream`. */
  readonly code: string
  readonly message: string
  /** Where it was written, `file:line`, when known. */
  readonly places: readonly string[]
  readonly mend: string
}

const BRAND = Symbol.for('ottok.graph-error')

/** Thrown by the graph library; carries every mistake found, not only the first. */
export class GraphError extends Error {
  /** A bundle of definitions carries a copy of this class; its errors are ours all the same. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }

  readonly [BRAND] = true
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'))
    this.name = 'GraphError'
    this.diagnostics = diagnostics
  }
}

export function graphError(code: string, message: string, mend: string, places: readonly string[] = []): GraphError {
  return new GraphError([{ code, message, mend, places }])
}

function formatDiagnostic(d: Diagnostic): string {
  const where = d.places.length > 0 ? ` (${d.places.join(', ')})` : ''
  // A message that ends with a shown line, such as a caret, has no room for a full stop.
  return d.message.endsWith('\n') ? `${d.message}${d.mend}${where}` : `${d.message}${where}. ${d.mend}`
}
