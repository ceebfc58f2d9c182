import { expect } from 'vitest'
import { type PartitionsDefinition, partitionOrdinal, partitionSpace } from '../../../../lib/graph/index.ts'
import { mappingMisfit } from '../../../../lib/graph/mappings/resolve.ts'
import { provenCauses } from '../../../../materializations/planner/causes.ts'
import { causeText } from './cause-text.ts'
import type { RefRequest } from './reference.ts'
import { definitionOf, mappingFor, type Step, ZONES } from './scenarios.ts'
import { planText, Simulation } from './simulation.ts'
import type { AssetSpec, InputSpec, World } from './world.ts'

/** What happened in a play, to show that it was not about nothing. */
export interface Tally {
  readonly seen: Map<string, number>
}

export function count(tally: Tally, what: string): void {
  tally.seen.set(what, (tally.seen.get(what) ?? 0) + 1)
}

const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length]

/** Plays the steps, and after each compares planner and reference. */
export function play(world: World, steps: readonly Step[], tally: Tally): void {
  const simulation = new Simulation(world)
  const plain = { asset: 0, item: 0, choice: 0 }
  compare(simulation, tally, plain)
  change(simulation, { op: 'observeAll', ...plain })
  runOnce(simulation, { op: 'run', ...plain }, tally)
  for (const step of steps) {
    if (step.op === 'run' || step.op === 'restate') runOnce(simulation, step, tally)
    else change(simulation, step)
    compare(simulation, tally, step)
  }
  for (const [address, times] of simulation.acts) expect(`${address}: ${times}`).toBe(`${address}: 1`)
}

function requestOf(simulation: Simulation, { asset, item, choice }: Omit<Step, 'op'>): RefRequest {
  const keys = simulation.world.assets.map((spec) => spec.key)
  const some = keys.filter((_, i) => (choice >> i) % 2 === 0)
  const selected = asset % 3 === 0 || some.length === 0 ? keys : some
  const { reference } = simulation.open()
  const existing = selected.flatMap((key) => reference.existing(key))
  const one = pick(existing, item)
  const kinds = ['all', 'all', 'latest', ...(one !== undefined ? ['keys'] : [])]
  const dated = existing.filter((key) => /^\d{4}/.test(key)).map((key) => key.split('|')[0]!)
  if (dated.length > 0) kinds.push('range')
  const flags = { force: item % 7 === 3, effects: asset % 2 === 1 }
  switch (pick(kinds, item + choice)) {
    case 'latest':
      return { selected, request: { kind: 'latest' }, ...flags }
    case 'keys':
      return { selected, request: { kind: 'keys', keys: [one!, pick(existing, choice)!] }, ...flags }
    case 'range': {
      const bounds = [pick(dated, item)!, pick(dated, choice)!]
      const [from, to] =
        bounds.map((b) => b.padEnd(10, '-00')).join() <=
        bounds
          .map((b) => b.padEnd(10, '-00'))
          .reverse()
          .join()
          ? bounds
          : bounds.reverse()
      return { selected, request: { kind: 'range', from: from!, to: to! }, ...flags }
    }
    default:
      return { selected, request: { kind: 'all' }, ...flags }
  }
}

function compare(simulation: Simulation, tally: Tally, step: Omit<Step, 'op'>): void {
  for (const restate of [false, step.choice % 4 === 1]) {
    const { state, reference, graph } = simulation.open(restate)
    const found: Record<string, string[]> = {}
    const expected: Record<string, string[]> = {}
    for (const key of graph.order) {
      for (const partition of reference.existing(key)) {
        const ordinal = partitionOrdinal(state.asset(key).space, partition)!
        found[`${key}@${partition}`] = provenCauses(state, key, ordinal).map(causeText)
        expected[`${key}@${partition}`] = reference.causes(key, partition)
        for (const cause of expected[`${key}@${partition}`]!) count(tally, cause.split(':')[0]!)
      }
    }
    expect(found).toEqual(expected)
    const options = requestOf(simulation, step)
    const { text } = planText(state, options)
    const plan = reference.plan(options)
    for (const entry of plan.entries) {
      count(tally, 'entry')
      if (entry.possible.length > 0) count(tally, 'possible')
      if (entry.blocked.length > 0) count(tally, 'blocked')
    }
    expect(text).toEqual({
      entries: plan.entries.map((entry) => ({ ...entry, blocked: [...entry.blocked].sort() })),
      warnings: [...plan.warnings].sort(),
    })
    count(tally, 'compared')
  }
}

function runOnce(simulation: Simulation, step: Step, tally: Tally): void {
  const restate = step.op === 'restate'
  const { state, reference } = simulation.open(restate)
  const options = requestOf(simulation, step)
  const { plan } = planText(state, options)
  const fails =
    step.item % 5 === 4 ? (address: string) => address.charCodeAt(address.length - 1) % 3 === 0 : () => false
  const made = simulation.run(plan, state, reference, { force: options.force, fails })
  count(tally, restate ? 'restate run' : 'run')
  if (made.length > 0) count(tally, 'run that made something')
  if (step.item % 5 === 4) return

  // Nothing failed: what was planned is fresh, whether it was made or came out unchanged.
  const again = planText(simulation.open(restate).state, { ...options, force: false }).text
  const rest = again.entries.map(({ key, proven, possible }) => ({ key, proven, possible }))
  expect(rest.filter((entry) => entry.proven.length + entry.possible.length > 0)).toEqual([])
  if (restate) {
    // What was restated holds without being asked for again.
    const after = planText(simulation.open().state, { ...options, force: false }).text
    expect(after.entries.filter((entry) => entry.proven.length + entry.possible.length > 0)).toEqual([])
  }
}

function change(simulation: Simulation, step: Step): void {
  const { world } = simulation
  const spec = pick(world.assets, step.asset)!
  const { reference } = simulation.open()
  const partition = pick(reference.existing(spec.key), step.item)
  const input = pick(spec.inputs, step.item)
  switch (step.op) {
    case 'observeAll':
      for (const source of world.assets.filter(({ kind }) => kind === 'external'))
        for (const one of reference.existing(source.key))
          if (!simulation.memory.partitions.get(source.key)?.has(one)) simulation.observe(source.key, one, 'v0')
      return
    case 'observe': {
      const sources = world.assets.filter(({ kind }) => kind === 'external')
      const source = pick(sources, step.asset)!
      const one = pick(reference.existing(source.key), step.item)
      if (one !== undefined) simulation.observe(source.key, one, `v${step.choice % 4}`)
      return
    }
    case 'time':
      simulation.world = { ...world, now: new Date(world.now.getTime() + (1 + (step.choice % 60)) * 3_600_000) }
      return
    case 'hasher':
      simulation.world = { ...world, hasher: world.hasher + 1 }
      return
    case 'intent':
    case 'wipe':
      // Only tables have intents, and no one wipes what was sent.
      if (spec.kind === 'function' && partition !== undefined) simulation.change(spec.key, partition, step.op)
      return
    case 'zone':
      replaceAll(simulation, (one) => ({ ...one, partitions: inZone(one.partitions, pick(ZONES, step.choice)!) }))
      return
    case 'code':
      replace(simulation, { ...spec, code: spec.code + (step.choice % 4) })
      return
    case 'partitions':
      replace(simulation, { ...spec, partitions: definitionOf(step.choice, ZONES.indexOf(zoneOf(world))) })
      return
    case 'addInput': {
      const earlier = world.assets.slice(0, world.assets.indexOf(spec)).filter(({ kind }) => kind !== 'effect')
      const up = pick(earlier, step.item)
      if (spec.kind === 'external' || !up) return
      const mapping = mappingFor(step.choice, spec.partitions, up.partitions)
      replace(simulation, { ...spec, inputs: [...spec.inputs, { name: `n${step.choice}`, upstream: up.key, mapping }] })
      return
    }
    default:
      if (input) replace(simulation, { ...spec, inputs: changedInputs(world, spec, input, step) })
  }
}

function changedInputs(world: World, spec: AssetSpec, input: InputSpec, step: Step): InputSpec[] {
  const others = spec.inputs.filter((one) => one !== input)
  const up = world.assets.find(({ key }) => key === input.upstream)!
  switch (step.op) {
    case 'dropInput':
      return others
    case 'renameInput':
      return [...others, { ...input, name: `r${step.choice}` }]
    case 'swapInput': {
      const earlier = world.assets.slice(0, world.assets.indexOf(spec)).filter(({ kind }) => kind !== 'effect')
      const other = pick(earlier, step.choice)!
      return [
        ...others,
        { ...input, upstream: other.key, mapping: mappingFor(step.choice, spec.partitions, other.partitions) },
      ]
    }
    default:
      return spec.inputs.map((one) =>
        one === input ? { ...input, mapping: mappingFor(step.choice, spec.partitions, up.partitions) } : one,
      )
  }
}

function zoneOf(world: World): (typeof ZONES)[number] {
  for (const { partitions } of world.assets) {
    const { time } = partitionSpace(partitions)
    if (time) return time.timezone as (typeof ZONES)[number]
  }
  return 'UTC'
}

function inZone(definition: PartitionsDefinition, timezone: string): PartitionsDefinition {
  if (definition.kind === 'time') return { ...definition, timezone }
  if (definition.kind !== 'cross') return definition
  const [a, b] = definition.dimensions.map((d) => ({
    ...d,
    definition: inZone(d.definition, timezone) as typeof d.definition,
  }))
  return { ...definition, dimensions: [a!, b!] }
}

function replace(simulation: Simulation, spec: AssetSpec): void {
  replaceAll(simulation, (one) => (one.key === spec.key ? spec : one))
}

/** Takes over an edit of the definitions, unless it would not compile. */
function replaceAll(simulation: Simulation, edit: (spec: AssetSpec) => AssetSpec): void {
  const assets = simulation.world.assets.map(edit)
  const fits = assets.every((spec) =>
    spec.inputs.every(({ upstream, mapping }, i) => {
      const up = assets.find(({ key }) => key === upstream)!
      const named = spec.inputs.findIndex(({ name }) => name === spec.inputs[i]!.name) === i
      return named && !mappingMisfit(mapping, partitionSpace(spec.partitions), partitionSpace(up.partitions))
    }),
  )
  if (fits) simulation.world = { ...simulation.world, assets }
}
