import { shortVersion } from '../../operations/cause-groups.ts'
import type { DiffRoot, LineageDiff, VersionDiff } from '../../operations/lineage-diff.ts'
import type { InputDiff, OnlyOne } from '../../operations/lineage-diff-inputs.ts'
import { addressText } from '../../operations/partition-ranges.ts'
import { countText, timeText } from './words.ts'

/** Values of metadata that are told, and partitions of an input. */
const TOLD = { values: 30, partitions: 3 }

/** Longer values are cut. */
const VALUE_WIDTH = 30

const BECAUSE: Readonly<Record<DiffRoot['because'], string>> = {
  source: 'the source changed',
  code: 'its code changed',
  inputs: 'it declares other inputs',
  unexplained: 'same code, same inputs, other data: it is not deterministic, or reads what is not declared',
}

/** What differs between two versions, in few lines; with `deep` followed up to where it comes from. */
export function diffText(diff: LineageDiff): string {
  const lines = versionLines(diff)
  for (const one of diff.upstream) lines.push('', ...versionLines(one))
  if (diff.roots.length > 0) lines.push('', 'it comes from:')
  for (const { key, partition, because } of diff.roots)
    lines.push(`  ${addressText(key, partition)}: ${BECAUSE[because]}`)
  if (diff.truncated) lines.push('(not everything was followed up)')
  return lines.join('\n')
}

function versionLines(diff: VersionDiff): string[] {
  const { from, to } = diff
  const lines = [`${from.id} -> ${to.id}`]
  const fact = (name: string, text: string) => lines.push(`  ${name.padEnd(9)} ${text}`)
  fact('made', `${timeText(from.madeAt)} by run ${from.runId.slice(0, 8)}`)
  fact('', `${timeText(to.madeAt)} by run ${to.runId.slice(0, 8)}`)
  fact('data', changeText(diff.dataChanged, from.dataVersion, to.dataVersion))
  if (to.codeVersion !== null) {
    fact('code', changeText(diff.codeChanged, from.codeVersion ?? '', to.codeVersion))
    if (diff.codeChanged) fact('', `first used ${timeText(from.codeFirstUsedAt)} -> ${timeText(to.codeFirstUsedAt)}`)
  }
  if (diff.size && diff.size.from !== diff.size.to) {
    fact(diff.size.unit, `${diff.size.from.toLocaleString('en')} -> ${diff.size.to.toLocaleString('en')}`)
  }
  for (const { name, type } of diff.columns?.added ?? []) fact('columns', `+ ${name} ${type}`)
  for (const { name, type } of diff.columns?.removed ?? []) fact('columns', `- ${name} ${type}`)
  for (const one of diff.columns?.retyped ?? []) fact('columns', `~ ${one.name} ${one.from} -> ${one.to}`)
  for (const { path, from: old, to: now } of diff.metadata.slice(0, TOLD.values)) {
    fact('metadata', `${path} ${valueText(old)} -> ${valueText(now)}`)
  }
  if (diff.metadata.length > TOLD.values) fact('', `and ${diff.metadata.length - TOLD.values} more values`)
  diff.inputs.forEach((input, i) => {
    fact(i === 0 ? 'inputs' : '', `${input.name}: ${input.upstream} ${inputText(input)}`)
  })
  return lines
}

function changeText(changed: boolean, from: string, to: string): string {
  if (!changed) return `same (${shortVersion(to)})`
  return `changed (${shortVersion(from)} -> ${shortVersion(to)})`
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > VALUE_WIDTH ? `${text.slice(0, VALUE_WIDTH - 1)}…` : text
}

function inputText(input: InputDiff): string {
  const parts: string[] = []
  if (input.change === 'added') parts.push('is a new input')
  if (input.change === 'removed') parts.push('is no input any more')
  if (input.change === 'mapping') parts.push(`is read through ${input.mapping.to}, was ${input.mapping.from}`)
  if (input.changedCount > 0) {
    const told = input.changed.slice(0, TOLD.partitions).map(({ partition, fromSeq, toSeq }) => {
      return `${partition === '' ? '' : `${partition} `}#${fromSeq} -> #${toSeq}`
    })
    const more = input.changedCount > told.length ? ` and ${input.changedCount - told.length} more` : ''
    parts.push(`changed: ${told.join(', ')}${more}`)
  }
  if (input.change !== 'added' && input.change !== 'removed') parts.push(...onlyText(input.onlyFrom, 'no more'))
  if (input.change !== 'added') parts.push(...onlyText(input.onlyTo, 'new'))
  if (input.remadeEqual > 0) parts.push(`${countText(input.remadeEqual, 'partition')} made anew, the same`)
  return parts.length === 0 ? 'same' : parts.join('; ')
}

function onlyText({ count, partitions }: OnlyOne, word: string): string[] {
  return count === 0 ? [] : [`${word}: ${partitions}`]
}
