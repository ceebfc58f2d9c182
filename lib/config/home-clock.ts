import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OttokError } from './errors.ts'

/**
 * A home whose data come from a simulated world has its own "now", kept beside the data. Real homes have
 * no such file and use the wall clock.
 */
export async function readHomeClock(home: string): Promise<Date | undefined> {
  const path = join(home, 'clock.json')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const now = new Date((JSON.parse(text) as { now: string }).now)
  if (!Number.isNaN(now.getTime())) return now
  throw new OttokError({
    what: `cannot read the clock of this home, ${path}`,
    cause: 'It does not hold a time.',
    mend: 'Write {"now": "2026-09-01T04:00:00Z"} there, or delete the file to use the wall clock.',
    exitCode: 2,
  })
}

export async function writeHomeClock(home: string, now: Date): Promise<void> {
  await mkdir(home, { recursive: true })
  const path = join(home, 'clock.json')
  await writeFile(`${path}.tmp`, `${JSON.stringify({ now: now.toISOString() })}\n`)
  await rename(`${path}.tmp`, path)
}
