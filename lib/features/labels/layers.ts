/**
 * Nested SELECTs, each of which adds one group of columns to all that came before. A name used often must be a column of
 * an inner SELECT and not an alias beside: the engine copies aliases into every use, and analysis takes exponential time.
 */
export function layers(from: string, ...added: readonly string[]): string {
  return added.reduce((inner, columns) => `(SELECT *, ${columns} FROM ${inner})`, from)
}

/**
 * `query` as a SELECT with two optimisations of the engine off that hurt these queries: its inference over chains of
 * comparisons (a <= x AND x < b) takes 0.9 of 1.0 s of analysis, and lazy branches of if() evaluate the folds again for
 * every use (26 s become 4 s). The settings sit inside, so that a caller may add his own.
 */
export function tunedQuery(query: string): string {
  const settings = "optimize_and_compare_chain = 0, short_circuit_function_evaluation = 'disable'"
  return `SELECT * FROM (${query}\nSETTINGS ${settings})`
}
