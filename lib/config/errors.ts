/** What an `OttokError` is made of. */
export interface OttokErrorParts {
  /** What failed; names the thing and the place, e.g. `cannot open the warehouse at ./.ottok/warehouse`. */
  readonly what: string
  /** Why, in one sentence. */
  readonly cause: string
  /** What the reader does about it, in one sentence. */
  readonly mend: string
  /** Exit code of the process: 1 = the work failed (default), 2 = wrong usage or configuration. */
  readonly exitCode?: 1 | 2
  /** The error underneath, kept as `Error.cause` for debugging; never printed to the user. */
  readonly underlying?: unknown
}

const BRAND = Symbol.for('ottok.error')

/**
 * The error every part of the product throws at people: what failed, why, and how to mend it.
 * Neither part may contain a password or a key (see `redactUrl`).
 */
export class OttokError extends Error {
  /** A bundle of definitions carries a copy of this class; its errors are ours all the same. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== OttokError) return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && BRAND in value
  }

  readonly [BRAND] = true
  readonly what: string
  readonly reason: string
  readonly mend: string
  readonly exitCode: 1 | 2

  constructor(parts: OttokErrorParts) {
    super(`${parts.what}: ${parts.cause} ${parts.mend}`, { cause: parts.underlying })
    this.name = 'OttokError'
    this.what = parts.what
    this.reason = parts.cause
    this.mend = parts.mend
    this.exitCode = parts.exitCode ?? 1
  }
}
