import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { OttokError } from '../../lib/config/errors.ts'

/** A node whose neighbours are still to be looked at. */
export interface PendingNode {
  readonly direction: 'up' | 'down'
  /** Steps from the root. */
  readonly level: number
  readonly key: string
  readonly isRange: boolean
  /** Versions of the node, by sequence number. */
  readonly seqs: readonly number[]
  /** Groups of neighbours that an earlier answer has had. */
  readonly skip: number
}

/** Where a walk through lineage stopped. */
export interface LineageCursor {
  readonly rootSeq: number
  readonly up: number | null
  readonly down: number | null
  readonly expand: number
  readonly pending: readonly PendingNode[]
  /** Versions that earlier answers have had. */
  readonly visited: readonly number[]
}

/** Sorted numbers as differences: neighbours compress to almost nothing. */
function differences(numbers: readonly number[]): number[] {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted.map((number, i) => (i === 0 ? number : number - sorted[i - 1]!))
}

function sums(steps: readonly number[]): number[] {
  let total = 0
  return steps.map((step) => {
    total += step
    return total
  })
}

/** The cursor as text that fits on a command line. */
export function cursorText(cursor: LineageCursor): string {
  const { rootSeq, up, down, expand, pending, visited } = cursor
  const packed = [
    rootSeq,
    up,
    down,
    expand,
    pending.map((one) => [
      one.direction === 'up' ? 1 : 0,
      one.level,
      one.key,
      one.isRange ? 1 : 0,
      one.skip,
      ...differences(one.seqs),
    ]),
    differences(visited),
  ]
  return deflateRawSync(JSON.stringify(packed)).toString('base64url')
}

type Packed = [
  number,
  number | null,
  number | null,
  number,
  [number, number, string, number, number, ...number[]][],
  number[],
]

/** Reads a cursor. Throws OttokError (exit code 2) for text that is none, or one of another version of the graph. */
export function readCursor(text: string): LineageCursor {
  try {
    const packed = JSON.parse(inflateRawSync(Buffer.from(text, 'base64url')).toString()) as Packed
    const [rootSeq, up, down, expand, pending, visited] = packed
    return {
      rootSeq,
      up,
      down,
      expand,
      pending: pending.map(([isUp, level, key, isRange, skip, ...seqs]) => ({
        direction: isUp === 1 ? 'up' : 'down',
        level,
        key,
        isRange: isRange === 1,
        skip,
        seqs: sums(seqs),
      })),
      visited: sums(visited),
    }
  } catch (error) {
    throw new OttokError({
      what: '--after cannot be read',
      cause: 'It is not a cursor that `ottok lineage` has printed, or a part of it is missing.',
      mend: 'Copy the whole of `next`, or start again without --after.',
      exitCode: 2,
      underlying: error,
    })
  }
}
