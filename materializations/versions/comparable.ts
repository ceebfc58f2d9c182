/**
 * Whether a difference of two versions of an asset means that its code changed. Not so when the same kind of code was
 * hashed by other rules or another release of the tool: then the new version becomes the baseline, nothing is remade.
 */
export function areComparable(a: string, b: string): boolean {
  const hashers = [a, b].map((version) => version.slice(0, version.indexOf(':')))
  const tools = hashers.map((hasher) => /^h\d+-([a-z]+)/.exec(hasher)?.[1])
  return hashers[0] === hashers[1] || tools[0] !== tools[1]
}

/** Whether two recorded code versions mean the same code: equal, or made by tools that cannot be compared. */
export function sameCode(recorded: string, today: string): boolean {
  return recorded === today || !areComparable(recorded, today)
}
