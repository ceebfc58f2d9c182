import { partitionOrdinal, sets } from '../../../../lib/graph/index.ts'
import { stepsOf } from '../../../../materializations/executor/schedule.ts'
import { assetStatuses } from '../../../../materializations/operations/status.ts'
import { provenCauses } from '../../../../materializations/planner/causes.ts'
import type { GraphState } from '../../../../materializations/planner/graph-state.ts'
import type { Plan } from '../../../../materializations/planner/plan.ts'
import { causeText } from './cause-text.ts'
import { normalCauses } from './normal.ts'
import type { Reference, RefRequest } from './reference.ts'
import { requestOf } from './requests.ts'
import { same } from './same.ts'
import type { Step } from './scenarios.ts'
import { planText, type Simulation } from './simulation.ts'
import { count, type Tally } from './tally.ts'

export const redefinedIn = (reference: Reference) => (key: string, partition: string) =>
  reference.redefined(key, partition)

/** Causes of every partition, counts by status, and the plan of a request with its steps. */
export function compare(simulation: Simulation, tally: Tally, step: Omit<Step, 'op'>): void {
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
    count(tally, `${options.request.kind} request`)
    compareSteps(state, reference, comparePlans(state, reference, options, tally), tally)
    count(tally, 'compared')
  }
}

/** Both plans of a request. */
export function comparePlans(state: GraphState, reference: Reference, options: RefRequest, tally: Tally): Plan {
  const { text, plan: planned } = planText(state, options, redefinedIn(reference))
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
  return planned
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
