import { type PartitionsDefinition, partitionOrdinal, partitionSpace, sets } from '../../../../lib/graph/index.ts'
import { mappingMisfit } from '../../../../lib/graph/mappings/resolve.ts'
import { stepsOf } from '../../../../materializations/executor/schedule.ts'
import { assetStatuses } from '../../../../materializations/operations/status.ts'
import { provenCauses } from '../../../../materializations/planner/causes.ts'
import type { GraphState } from '../../../../materializations/planner/graph-state.ts'
import type { Plan } from '../../../../materializations/planner/plan.ts'
import { causeText } from './cause-text.ts'
import { normalCauses } from './normal.ts'
import type { Reference, RefRequest } from './reference.ts'
import { same } from './same.ts'
import { definitionOf, earlierFor, mappingFor, type Step, ZONES } from './scenarios.ts'
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
  for (const [address, times] of simulation.acts) same(`${address}: ${times}`, `${address}: 1`)
}

function requestOf(simulation: Simulation, { asset, item, choice }: Omit<Step, 'op'>): RefRequest {
  const keys = simulation.world.assets.map((spec) => spec.key)
  const some = keys.filter((_, i) => (choice >> i) % 2 === 0)
  const selected = asset % 3 === 0 || some.length === 0 ? keys : some
  const { reference } = simulation.open()
  const existing = selected.flatMap((key) => reference.existing(key))
  const one = pick(existing, item)
  const kinds = ['all', 'all', 'latest', ...(one !== undefined ? ['keys'] : [])]
  const dated = selected.flatMap((key) => (reference.side(key).time ? reference.side(key).times : []))
  if (dated.length > 0) kinds.push('range')
  kinds.push('sets')
  const flags = { force: item % 7 === 3, effects: asset % 2 === 1 }
  switch (pick(kinds, item + choice)) {
    case 'latest':
      return { selected, request: { kind: 'latest' }, ...flags }
    case 'keys': {
      const keys = [one!, pick(existing, choice)!]
      // Of two dimensions, all keys of one.
      const [first, second] = keys[1]!.split('|')
      if (choice % 5 === 2 && /^\d/.test(first!) && second) keys[1] = `${first}|*`
      return { selected, request: { kind: 'keys', keys }, ...flags }
    }
    case 'range': {
      // A month among the bounds means all of it.
      const bounds = [pick(dated, item)!.slice(0, choice % 3 === 0 ? 7 : 10), pick(dated, choice)!.slice(0, 10)]
      const [from, to] = bounds.sort((a, b) => (a.padEnd(10, '-01') < b.padEnd(10, '-01') ? -1 : 1))
      if (reference.inRange(selected, from!, to!))
        return { selected, request: { kind: 'range', from: from!, to: to! }, ...flags }
      return { selected, request: { kind: 'latest' }, ...flags }
    }
    case 'sets': {
      const some = selected
        .filter((_, i) => (item + i) % 3 !== 2)
        .map((key) => [key, reference.existing(key).filter((_, i) => (i + choice) % 3 !== 0)] as const)
      return { selected, request: { kind: 'sets', names: new Map(some) }, ...flags }
    }
    default:
      return { selected, request: { kind: 'all' }, ...flags }
  }
}

const redefinedIn = (reference: Reference) => (key: string, partition: string) => reference.redefined(key, partition)

function compare(simulation: Simulation, tally: Tally, step: Omit<Step, 'op'>): void {
  for (const restate of [false, step.choice % 4 === 1]) {
    const { state, reference, graph } = simulation.open(restate)
    const found: Record<string, string[]> = {}
    const expected: Record<string, string[]> = {}
    for (const key of graph.order) {
      for (const partition of reference.existing(key)) {
        const ordinal = partitionOrdinal(state.asset(key).space, partition)!
        const redefined = reference.redefined(key, partition)
        found[`${key}@${partition}`] = [...normalCauses(provenCauses(state, key, ordinal).map(causeText), redefined)]
        expected[`${key}@${partition}`] = [...normalCauses(reference.causes(key, partition), redefined)]
        count(tally, 'partition')
        for (const cause of expected[`${key}@${partition}`]!) count(tally, cause.split(':')[0]!)
      }
    }
    same(found, expected)
    same(statuses(state), reference.statuses())
    const options = requestOf(simulation, step)
    const { text, plan: planned } = planText(state, options, redefinedIn(reference))
    count(tally, `${options.request.kind} request`)
    const plan = reference.plan(options)
    for (const entry of plan.entries) {
      count(tally, 'entry')
      if (entry.possible.length > 0) count(tally, 'possible')
      if (entry.blocked.length > 0) count(tally, 'blocked')
    }
    same(text, {
      entries: plan.entries.map((entry) => ({
        ...entry,
        blocked: [...entry.blocked].sort(),
        causes: Object.fromEntries(
          Object.entries(entry.causes).map(([one, causes]) => [
            one,
            normalCauses(causes, reference.redefined(entry.key, one)),
          ]),
        ),
      })),
      warnings: [...plan.warnings].sort(),
    })
    compareSteps(state, reference, planned, tally)
    count(tally, 'compared')
  }
}

function statuses(state: GraphState) {
  return assetStatuses(state, state.graph.order).map(({ key, partitions }) => ({ key, ...partitions }))
}

/** Every step comes after all that make what it reads, and every partition of a plan is in one step. */
function compareSteps(state: GraphState, reference: Reference, plan: Plan, tally: Tally): void {
  const makers = new Map<string, number>()
  const steps = stepsOf(state, plan)
  for (const [i, step] of steps.entries()) {
    count(tally, step.partitions.length > 1 ? 'step of several' : 'step')
    same(step.no, i)
    for (const input of reference.spec(step.key).inputs) {
      for (const partition of step.partitions) {
        for (const read of reference.reads(step.key, input, partition)) {
          const maker = makers.get(`${input.upstream}@${read}`)
          if (maker !== undefined && !step.after.includes(maker))
            throw new Error(`${step.key}@${partition} does not wait for ${input.upstream}@${read}`)
        }
      }
    }
    for (const partition of step.partitions) makers.set(`${step.key}@${partition}`, i)
    if (step.after.some((no) => no >= i)) throw new Error(`${step.key} waits for what comes later`)
  }
  const planned = plan.entries.reduce((sum, { proven, possible }) => sum + sets.size(proven) + sets.size(possible), 0)
  same(makers.size, planned)
}

function runOnce(simulation: Simulation, step: Step, tally: Tally): void {
  const restate = step.op === 'restate'
  const { state, reference } = simulation.open(restate)
  const options = requestOf(simulation, step)
  const { plan } = planText(state, options, redefinedIn(reference))
  const isFailing = step.item % 3 === 1
  const fails = (address: string) => isFailing && address.charCodeAt(address.length - 1) % 3 === 0
  const broken = new Set<string>()
  const made = simulation.run(plan, state, reference, { force: options.force, fails }, broken)
  count(tally, restate ? 'restate run' : 'run')
  if (made.length > 0) count(tally, 'run that made something')
  if (broken.size > 0) count(tally, 'run with failures')

  // What was planned is fresh, whether it was made or came out unchanged; but for what failed, and who reads it.
  const left = leftOver(simulation, restate, options)
  for (const { key, partition } of left) {
    const readsLeft = reference
      .spec(key)
      .inputs.some((input) =>
        reference
          .reads(key, input, partition)
          .some(
            (one) =>
              broken.has(`${input.upstream}@${one}`) ||
              left.some((other) => other.key === input.upstream && other.partition === one),
          ),
      )
    if (!broken.has(`${key}@${partition}`) && !readsLeft)
      throw new Error(`${key}@${partition} is not fresh after its run`)
  }
  // What was restated holds without being asked for again.
  if (restate && broken.size === 0) same(leftOver(simulation, false, options), [])
}

/** What a plan of the same request would make or look at again. */
function leftOver(simulation: Simulation, restate: boolean, options: RefRequest) {
  const { state, reference } = simulation.open(restate)
  const { entries } = planText(state, { ...options, force: false }, redefinedIn(reference)).text
  return entries.flatMap(({ key, proven, possible }) =>
    [...proven, ...possible].map((partition) => ({ key, partition })),
  )
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
      replaceAll(simulation, (one) =>
        step.item % 2 === 0 || one === spec
          ? { ...one, partitions: inZone(one.partitions, pick(ZONES, step.choice)!) }
          : one,
      )
      return
    case 'order':
      replace(simulation, { ...spec, inputs: [...spec.inputs].reverse() })
      return
    case 'own': {
      const mapping = earlierFor(step.choice, spec.partitions)
      const others = spec.inputs.filter(({ upstream }) => upstream !== spec.key)
      if (mapping && spec.kind === 'function')
        replace(simulation, { ...spec, inputs: [...others, { name: 'own', upstream: spec.key, mapping }] })
      return
    }
    case 'addKey':
    case 'removeKey': {
      const name = step.asset % 3 === 0 ? 'e' : 'd'
      const members = world.members?.[name] ?? []
      const key = step.op === 'addKey' ? pick(['a', 'b', 'c', 'k'], step.choice)! : pick(members, step.choice)
      const others = members.filter((one) => one !== key)
      if (key === undefined || (step.op === 'addKey' && others.length < members.length)) return
      simulation.world = {
        ...world,
        members: { ...world.members, [name]: step.op === 'addKey' ? [...others, key] : others },
      }
      return
    }
    case 'code':
      replace(simulation, { ...spec, code: spec.code + (step.choice % 4) })
      return
    case 'partitions':
      replace(simulation, {
        ...spec,
        partitions: definitionOf(step.choice, step.item % 4 === 3 ? step.item : ZONES.indexOf(zoneOf(world))),
      })
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
      const other = pick(earlier, step.choice)
      if (!other) return others
      return [
        ...others,
        { ...input, upstream: other.key, mapping: mappingFor(step.choice, spec.partitions, other.partitions) },
      ]
    }
    default:
      if (up === spec) return others
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

const zoned = new Map<PartitionsDefinition, Map<string, PartitionsDefinition>>()

/** One object for each, so that what is looked up of it is looked up once. */
function inZone(definition: PartitionsDefinition, timezone: string): PartitionsDefinition {
  const known = zoned.get(definition) ?? new Map<string, PartitionsDefinition>()
  zoned.set(definition, known)
  const made = known.get(timezone) ?? moved(definition, timezone)
  known.set(timezone, made)
  return made
}

function moved(definition: PartitionsDefinition, timezone: string): PartitionsDefinition {
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
