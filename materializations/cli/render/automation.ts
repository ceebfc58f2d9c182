import type { ExplainedNode, KeyRange } from '../../automation/explain.ts'
import type { WhyAutomation } from '../../automation/why.ts'
import { timeText } from './words.ts'

/** Ranges of a node that are shown. */
const SHOWN = 2

/** What automation last decided. `held` tells of a node whether it held for the partition asked about. */
export function automationLines(
  why: WhyAutomation | undefined,
  held?: (node: ExplainedNode) => boolean,
): readonly string[] {
  if (!why) return ['  automation leaves it alone']
  if (!why.decision || why.tickId === null) return ['  automation: no tick has looked at it yet']
  const { requested, condition } = why.decision
  const asked = why.requested ?? requested.length > 0
  const what =
    why.requested === undefined && asked ? `requested ${rangesText(requested)}` : asked ? 'requested' : 'not requested'
  const since =
    why.lastTick && why.lastTick.tickId !== why.tickId
      ? `; tick ${why.lastTick.tickId} (${timeText(why.lastTick.at)}) found the same`
      : ''
  return [
    `  automation: ${what} by tick ${why.tickId} (${timeText(why.at)})${since}`,
    ...nodeLines(condition, 4, held),
    ...lastRequestLines(why),
  ]
}

function lastRequestLines({ lastRequest, tickId, requested }: WhyAutomation): readonly string[] {
  if (!lastRequest || lastRequest.tickId === tickId) return []
  const { at, status, runId, partitions } = lastRequest
  const what = requested === undefined ? rangesText(partitions) : ''
  const run = runId === null ? '' : `, run ${runId.slice(0, 8)}`
  return [
    `  last requested${what && ` (${what})`} by tick ${lastRequest.tickId} (${timeText(at)}), which ${ENDS[status] ?? status}${run}`,
  ]
}

const ENDS: Readonly<Record<string, string>> = {
  running: 'is running',
  cancelled: 'was cancelled',
  stopped: 'was stopped',
}

function nodeLines(node: ExplainedNode, indent: number, held?: (node: ExplainedNode) => boolean): readonly string[] {
  const { of = [], note } = node
  // "not" and what it denies read as one line.
  const denied = node.words === 'not' ? of[0] : undefined
  const words = denied ? `not: ${denied.words}` : node.words
  const found = held && node.key === undefined ? (held(node) ? 'yes' : 'no') : holdsText(node)
  const remark = denied?.note ?? note
  return [
    `${' '.repeat(indent)}${found.padEnd(4)}${words}${remark === undefined ? '' : ` (${remark})`}`,
    ...(denied ? (denied.of ?? []) : of).flatMap((part) =>
      nodeLines(part, indent + 2, node.key === undefined ? held : undefined),
    ),
  ]
}

function holdsText({ holds }: ExplainedNode): string {
  if (holds.length === 0) return 'no'
  const text = rangesText(holds)
  return text === '' ? 'yes' : `${text}: `
}

function rangesText(ranges: readonly KeyRange[]): string {
  const shown = ranges.slice(0, SHOWN).map(([first, last]) => (first === last ? first : `${first}..${last}`))
  return shown.join(', ') + (ranges.length > SHOWN ? ' and more' : '')
}
