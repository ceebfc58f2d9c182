import { graphError } from './errors.ts'

/** An asset's name: lower-case words joined by `/`, e.g. `features/viewing_daily`. */
export type AssetKey = string

const KEY = /^[a-z][a-z0-9_]*(\/[a-z0-9_]+)*$/

/** Returns the key unchanged, or throws a GraphError that shows the allowed form. */
export function checkedKey(key: string, place?: string): AssetKey {
  if (KEY.test(key)) return key
  throw graphError(
    'bad-key',
    `The asset key '${key}' is not allowed`,
    "Use lower-case letters, digits and '_', in parts joined by '/', for example 'features/viewing_daily'.",
    place ? [place] : [],
  )
}

/** Up to `limit` candidates whose edit distance to `word` is small, nearest first. */
export function nearMisses(word: string, candidates: Iterable<string>, limit = 3): string[] {
  const scored: { candidate: string; distance: number }[] = []
  for (const candidate of candidates) {
    const contains = candidate.includes(word) || candidate.split('/').at(-1) === word.split('/').at(-1)
    const distance = contains ? 0.5 : editDistance(word, candidate)
    if (distance <= Math.max(2, word.length / 3)) scored.push({ candidate, distance })
  }
  scored.sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
  return scored.slice(0, limit).map((s) => s.candidate)
}

/** Levenshtein distance by the two-row dynamic programme. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution))
    }
    previous = current
  }
  return previous[b.length]!
}
