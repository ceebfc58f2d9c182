import { change } from './changes.ts'
import { compare, comparePlans, redefinedIn } from './compare.ts'
import type { RefRequest } from './reference.ts'
import { requestOf } from './requests.ts'
import { same } from './same.ts'
import type { Step } from './scenarios.ts'
import { planText, Simulation } from './simulation.ts'
import { count, type Tally } from './tally.ts'
import type { World } from './world.ts'

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

function runOnce(simulation: Simulation, step: Step, tally: Tally): void {
  const restate = step.op === 'restate'
  const isPlain = step.choice % 2 === 0
  if (isPlain) change(simulation, { ...step, op: 'observeAll' })
  const { state, reference } = simulation.open(restate)
  const asked = requestOf(simulation, step)
  const selected = simulation.world.assets.map(({ key }) => key)
  const options: RefRequest = isPlain ? { ...asked, selected, request: { kind: 'all' } } : asked
  const { plan } = planText(state, options, redefinedIn(reference))
  const isFailing = step.item % 3 === 1
  const fails = (address: string) => isFailing && address.charCodeAt(address.length - 1) % 3 === 0
  const broken = new Set<string>()
  const made = simulation.run(plan, state, reference, { force: options.force, fails }, broken)
  // The state that the run has changed knows what a new one would know.
  comparePlans(state, reference, { ...options, force: false }, tally)
  count(tally, restate ? 'restate run' : 'run')
  if (made.length > 0) count(tally, 'run that made something')
  for (const _ of made) count(tally, 'partition made')
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
