/** Curves measured on the real KKBox sample, for beside those of a simulated world. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { viewingCurves } from './viewing-measures.ts'

export interface RealCurves {
  readonly gaps: readonly number[]
  readonly weekly: readonly number[]
  readonly logSeconds: readonly number[]
}

/** `folder`: holds active_days_216_users.csv.gz and user_logs_v2_sample.csv.gz. Rejects when one of them cannot be read. */
export async function readRealCurves(folder: string): Promise<RealCurves> {
  const users = new Map<string, number[]>()
  for (const [msno, date] of await rows(join(folder, 'active_days_216_users.csv.gz'))) {
    // Some rows of the sample have no date.
    if (msno === undefined || date === undefined || date === '') continue
    const days = users.get(msno) ?? []
    users.set(msno, days)
    days.push(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / 86_400_000)
  }
  const { gaps, weekly } = viewingCurves([...users.values()])
  const logs = await rows(join(folder, 'user_logs_v2_sample.csv.gz'))
  const seconds = logs.map((fields) => Number(fields[fields.length - 1])).filter((value) => value > 0)
  return { gaps, weekly, logSeconds: seconds.map(Math.log) }
}

/** Fields of all lines but the first. No field of these files holds a comma. */
async function rows(path: string): Promise<string[][]> {
  const text = gunzipSync(await readFile(path)).toString('utf8')
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.trimEnd().split(','))
}
