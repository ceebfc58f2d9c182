import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const homes: string[] = []

/** A new empty home of a test. */
export async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'ottok-warehouse-'))
  homes.push(home)
  return home
}

/** Deletes the homes made in this process; nothing may be open in them. */
export async function removeHomes(): Promise<void> {
  for (const home of homes.splice(0)) await rm(home, { recursive: true, force: true })
}
