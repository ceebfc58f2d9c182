import { causeText, shortVersion } from '../../operations/cause-groups.ts'
import type { Comparison } from '../../operations/compare-revisions.ts'
import type { PlanReport, PlanStep } from '../../operations/describe-plan.ts'
import type { AssetCost, CostEstimate } from '../../operations/estimate.ts'
import type { RevisionChanges } from '../../operations/revision-changes.ts'
import { countText, durationText } from './words.ts'

/** A part of the report on a change, before it is Markdown or plain text. Keys of assets stand between `\uE000`. */
export type Block =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'list'; readonly title: string; readonly items: readonly string[] }
  | {
      readonly kind: 'table'
      readonly title: string
      readonly columns: readonly { readonly title: string; readonly align?: 'right'; readonly flexible?: boolean }[]
      readonly rows: readonly (readonly string[])[]
    }

/** A key as each form shows it. */
export function named(key: string): string {
  return `\uE000${key}\uE000`
}

/** What a change makes stale: the sum first, so that it is there however much is cut off. */
export function comparisonBlocks(comparison: Comparison, report: PlanReport, estimate: CostEstimate): Block[] {
  const lists = changeLists(comparison.changes).filter((list) => list.items.length > 0)
  if (lists.length === 0) return [{ kind: 'line', text: 'No asset differs.' }]
  const costs = new Map(estimate.assets.map((cost) => [cost.key, cost]))
  const proven = report.steps.filter((step) => step.proven.count > 0)
  const possible = report.steps.filter((step) => step.proven.count === 0)
  const blocked = report.blocked.flatMap(({ key, reasons }) =>
    reasons.map(({ reason, count }) => `${countText(count, 'partition')} of ${named(key)}: ${reason}`),
  )
  const blocks: Block[] = [{ kind: 'line', text: sumText(report) }, ...costLines(estimate), ...lists]
  if (proven.length > 0) blocks.push(stepTable('Partitions to remake', proven, costs))
  if (possible.length > 0) blocks.push(stepTable('Possible downstream', possible, costs))
  if (blocked.length > 0) blocks.push({ kind: 'list', title: 'Blocked', items: blocked })
  return blocks
}

function sumText({ counts: { proven, possible, blocked } }: PlanReport): string {
  if (proven + possible + blocked === 0) return 'Nothing is to be remade.'
  return `${countText(proven, 'partition')} to remake, ${possible.toLocaleString('en')} possible, ${blocked.toLocaleString('en')} blocked.`
}

function costLines({ durationMs, provenMs, unknown, parallelism, assets }: CostEstimate): Block[] {
  if (assets.length === 0) return []
  const lines: string[] = []
  if (durationMs > 0) {
    const least =
      provenMs < durationMs ? ` (${durationText(provenMs)} when everything possible comes out the same)` : ''
    lines.push(
      `About ${durationText(durationMs)}${least}. An estimate: partitions times the median time that one of their asset took before, ${parallelism.toFixed(1)} at once as in past runs.`,
    )
  }
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 10).map(named).join(', ')
    const more = unknown.length > 10 ? ` and ${unknown.length - 10} more` : ''
    lines.push(`Not in the estimate, since none was ever made: ${shown}${more}.`)
  }
  return lines.map((text) => ({ kind: 'line', text }))
}

function changeLists(changes: RevisionChanges): (Block & { readonly kind: 'list' })[] {
  const list = (title: string, items: readonly string[]) => ({ kind: 'list' as const, title, items })
  return [
    list(
      'New',
      changes.new.map(
        ({ key, kind, partitions }) => `${named(key)}: ${kind}${partitions === '-' ? '' : `, ${partitions}`}`,
      ),
    ),
    list(
      'Code changed',
      changes.code.map(({ key, from, to }) => `${named(key)}: ${shortVersion(from)} -> ${shortVersion(to)}`),
    ),
    list(
      'Inputs changed',
      changes.deps.map(({ key, inputs }) => `${named(key)}: ${inputs.map(inputText).join('; ')}`),
    ),
    list(
      'Partitions changed',
      changes.partitions.map(
        ({ key, from, to, remakes }) =>
          `${named(key)}: ${from} -> ${to}; ${remakes ? 'all are remade' : 'what is made stays as it is'}`,
      ),
    ),
    list('Removed', changes.removed.map(removedText)),
  ]
}

function inputText({ name, from, to }: RevisionChanges['deps'][number]['inputs'][number]): string {
  if (from === null) return `reads ${to} as ${name}`
  if (to === null) return `no longer reads ${from} as ${name}`
  return `${name}: ${from} -> ${to}`
}

function removedText({ key, partitions, place }: RevisionChanges['removed'][number]): string {
  if (partitions === 0) return `${named(key)}: nothing of it was ever made`
  if (place === null) return `${named(key)}: the records of ${countText(partitions, 'partition')} stay`
  return `${named(key)}: ${countText(partitions, 'partition')} stay in ${place}, and nothing makes them any more; to delete them, run \`ottok wipe ${key}\` at the base revision`
}

function stepTable(title: string, steps: readonly PlanStep[], costs: ReadonlyMap<string, AssetCost>): Block {
  return {
    kind: 'table',
    title,
    columns: [
      { title: 'asset' },
      { title: 'to make', align: 'right' },
      { title: 'possible', align: 'right' },
      { title: 'partitions', flexible: true },
      { title: 'time', align: 'right' },
      { title: 'because', flexible: true },
    ],
    rows: steps.map((step) => [
      named(step.key),
      String(step.proven.count),
      String(step.possible.count),
      (step.proven.count > 0 ? step.proven : step.possible).ranges,
      timeOf(costs.get(step.key)),
      step.causes.map(causeText).join('; '),
    ]),
  }
}

/** Of one after the other. */
function timeOf(cost: AssetCost | undefined): string {
  return cost === undefined || cost.usualMs === null
    ? 'unknown'
    : durationText(cost.usualMs * (cost.proven + cost.possible))
}
