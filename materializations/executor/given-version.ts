import { createHash } from 'node:crypto'
import type { OutputFacts } from '../../lib/graph/index.ts'

/** The data version that an output says it has; undefined when it leaves that to us. */
export function givenVersion({ dataVersion }: OutputFacts): string | undefined {
  if (dataVersion === undefined) return undefined
  return `g1:${createHash('sha256').update(dataVersion).digest('hex').slice(0, 32)}`
}
