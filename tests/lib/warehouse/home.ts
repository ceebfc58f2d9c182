import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new empty home of a test. */
export function makeHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'ottok-warehouse-'))
}
