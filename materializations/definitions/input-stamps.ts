import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'

/** A file as it was when something was derived from it. */
export interface InputStamp {
  readonly path: string
  readonly size: number
  /** Modification and status-change time in ns, `mtime/ctime`. */
  readonly times: string
  /** SHA-256 of the content, hex. */
  readonly hash: string
}

/** Reads a file and stamps exactly what was read; the look comes first, so that a later write is noticed. */
export async function readStamped(path: string): Promise<{ stamp: InputStamp; content: Uint8Array }> {
  const seen = await look(path)
  const content = await readFile(path)
  return { stamp: { path, ...seen, hash: sha256(content) }, content }
}

/**
 * Whether every stamped file still has the stamped content.
 * A file with the same size and times is taken as unchanged; another one is read.
 */
export async function inputsUnchanged(stamps: readonly InputStamp[]): Promise<boolean> {
  const unchanged = await Promise.all(stamps.map(isUnchanged))
  return unchanged.every(Boolean)
}

async function isUnchanged(stamp: InputStamp): Promise<boolean> {
  try {
    const seen = await look(stamp.path)
    if (seen.size !== stamp.size) return false
    return seen.times === stamp.times || sha256(await readFile(stamp.path)) === stamp.hash
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

async function look(path: string): Promise<{ size: number; times: string }> {
  const { size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
  return { size: Number(size), times: `${mtimeNs}/${ctimeNs}` }
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Whether an error of the file system says that the file is not there. */
export function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}
