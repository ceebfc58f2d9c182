/** A code version as recorded: the hash, and what hashed it. */
export function codeText(version: string, hasher: string): string {
  return `${version}@${hasher}`
}

/**
 * Whether two recorded code versions mean the same code. Hashes of different hashers say nothing: a
 * change of toolchain alone re-baselines, and remakes nothing.
 */
export function sameCode(recorded: string, today: string): boolean {
  return recorded === today || hasherOf(recorded) !== hasherOf(today)
}

function hasherOf(text: string): string {
  return text.slice(text.indexOf('@') + 1)
}
