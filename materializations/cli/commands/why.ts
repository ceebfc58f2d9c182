import { type AssetKey, graphError, partitionOrdinal } from '../../../lib/graph/index.ts'
import { heldFor, whyAutomation } from '../../automation/why.ts'
import { causeText } from '../../operations/cause-groups.ts'
import type { WhyCause } from '../../operations/change-history.ts'
import { addressText } from '../../operations/partition-ranges.ts'
import { type WhyAsset, type WhyPartition, whyAsset, whyPartition } from '../../operations/why.ts'
import { extentText, parseAddress } from '../../planner/request.ts'
import type { Session } from '../../session.ts'
import type { Register } from '../command.ts'
import { automationLines } from '../render/automation.ts'
import { countText } from '../render/words.ts'

export const why: Register = (program, on) => {
  on(
    program
      .command('why <key[@partition]>')
      .description('why something is stale, or fresh: causes followed up to their roots'),
    ({ session }, [address]) =>
      session(async (open) => {
        const { key, partition } = parseAddress(open.graph, address!)
        const state = await open.state()
        const { space } = state.asset(key)
        if (partition === undefined && space.definition.kind !== 'single') {
          const automation = await whyAutomation(open, state, key)
          const json = { ...(await whyAsset(open, state, key)), ...(automation && { automation }) }
          return { json, text: [assetText(json), ...decisionLines(open, key, automation)].join('\n') }
        }
        const ordinal = partitionOrdinal(space, partition ?? '')
        if (ordinal === undefined) {
          throw graphError(
            'unknown-partition',
            `'${key}' has no partition '${partition}'`,
            `Its partitions are ${extentText(state, key)}.`,
          )
        }
        const automation = await whyAutomation(open, state, key, ordinal)
        const json = { ...(await whyPartition(open, state, key, ordinal)), ...(automation && { automation }) }
        const decided = decisionLines(open, key, automation, (node) => heldFor(state, key, node, ordinal))
        return { json, text: [partitionText(json, extentText(state, key)), ...decided].join('\n') }
      }),
  )
}

/** Nothing of what no automation could ask for. */
function decisionLines(
  open: Session,
  key: AssetKey,
  ...decision: Parameters<typeof automationLines>
): readonly string[] {
  const { graph } = open
  return graph.automation.size === 0 || graph.asset(key).kind === 'external' ? [] : automationLines(...decision)
}

function partitionText(why: WhyPartition, extent: string): string {
  const address = addressText(why.key, why.partition)
  const lines = [`${address} ${headline(why, extent)}`]
  if (why.made) lines.push(`  made by run ${why.made.runId.slice(0, 8)} at ${why.made.at}`)
  if (why.status === 'fresh' && why.made) {
    lines.push('  its code is the same as then')
    for (const { name, upstream } of why.inputs) lines.push(`  its input ${name} (${upstream}) is the same as then`)
  }
  lines.push(...causeLines(why.causes, '  '))
  if (why.blocked !== null) lines.push(`  it cannot be made now: ${why.blocked}`)
  return lines.join('\n')
}

function headline({ status }: WhyPartition, extent: string): string {
  switch (status) {
    case 'unborn':
      return `does not exist at this time; its partitions are ${extent}`
    case 'possible':
      return 'is fresh, but may change with its inputs'
    case 'failed':
      return 'failed when it was last tried'
    default:
      return `is ${status}`
  }
}

function assetText(why: WhyAsset): string {
  const { fresh, stale, missing, failed, possible } = why.partitions
  const lines = [`${why.key}: ${fresh} fresh, ${stale} stale, ${missing} missing, ${failed} failed`]
  if (possible > 0) lines.push(`  ${possible} of the fresh ones may change with their inputs`)
  for (const cause of why.causes) {
    lines.push(`  ${countText(cause.count, 'partition')}, e.g. ${cause.example}: ${causeText(cause)}`)
    lines.push(...causeLines(cause.causes, '    '))
  }
  return lines.join('\n')
}

function causeLines(causes: readonly WhyCause[], indent: string): string[] {
  return causes.flatMap((cause) => [`${indent}- ${cause.text}`, ...causeLines(cause.causes, `${indent}  `)])
}
