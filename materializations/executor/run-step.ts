import { setTimeout as sleep } from 'node:timers/promises'
import { partitionKey, partitionOrdinal } from '../../lib/graph/index.ts'
import { LeaseHeld } from '../lineage/leases.ts'
import { LeaseLost, recordFailure } from '../lineage/record.ts'
import { provenCauses } from '../planner/causes.ts'
import { apply } from './apply.ts'
import { type Broken, blockedBecause } from './blocked.ts'
import { reached } from './commit-points.ts'
import type { AttemptEnvironment, RunEnvironment } from './environment.ts'
import { callHooks } from './hooks.ts'
import { StepBlocked } from './inputs.ts'
import { collectKeyChanges } from './key-changes.ts'
import { make } from './make.ts'
import { type StepOutcome, Unfinished } from './outcome.ts'
import { retryDelay } from './retry.ts'
import type { Slot } from './run-in-order.ts'
import type { Step } from './schedule.ts'
import { withinTime } from './time-limit.ts'

/** What became of one partition of a step. */
export interface PartitionResult {
  readonly key: string
  readonly partition: string
  readonly status: 'succeeded' | 'failed' | 'skipped' | 'cancelled'
  readonly attempts: number
  readonly durationMs: number
  readonly dataVersion?: string
  readonly skippedBecause?: string
  readonly error?: string
}

export interface StepOptions {
  readonly force: boolean
  readonly broken: Broken
  readonly slot: Slot
}

/** Looks again, makes what is still stale, records it. Never throws for a step's own failure. */
export async function runStep(
  env: RunEnvironment,
  step: Step,
  options: StepOptions,
): Promise<readonly PartitionResult[]> {
  const results = new StepResults(env, step, options.broken)
  let todo = lookAgain(env, step, options, results)
  if (todo.length === 0) return results.all
  const asset = env.graph.asset(step.key)
  for (let attempt = 1; ; attempt++) {
    const keys = collectKeyChanges(env.lineage, env.graph, env.runId)
    const attemptEnv = { ...env, slot: options.slot, keys, log: env.journal.logger(step, attempt) }
    try {
      env.signal.throwIfAborted()
      if (await env.ahead.hold(step)) {
        todo = lookAgain(env, { ...step, ordinals: todo }, options, results)
        if (todo.length === 0) return results.all
      }
      reached('step-started')
      const outcome = await withinTime(asset.timeoutMs, env.signal, (signal) =>
        make({ ...attemptEnv, signal }, step, todo),
      )
      await settle(attemptEnv, step, outcome, attempt, results)
      return results.all
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      if (env.signal.aborted) results.broke(todo, { status: 'cancelled', attempts: attempt })
      else if (error instanceof StepBlocked || error instanceof LeaseHeld || error instanceof LeaseLost) {
        const skippedBecause = error instanceof StepBlocked ? error.message : error.reason
        results.broke(todo, { status: 'skipped', attempts: attempt, skippedBecause })
      } else if (attempt >= asset.retry.attempts || error instanceof Unfinished) {
        await fail(attemptEnv, step.key, todo, error, attempt, results)
      } else {
        const wait = retryDelay(asset.retry, attempt, Math.random)
        attemptEnv.log.warn(`${step.key} failed, trying again in ${Math.round(wait)} ms`, {
          attempt,
          error: env.redact(error.message),
        })
        await sleep(wait, undefined, { signal: env.signal }).catch((reason: unknown) => {
          if (!env.signal.aborted) throw reason
        })
        continue
      }
      return results.all
    }
  }
}

/** The partitions that are still to be made: not blocked by now, and not fresh after all. */
function lookAgain(env: RunEnvironment, step: Step, options: StepOptions, results: StepResults): readonly number[] {
  // What an effect has done is done: forcing remakes data, it does not act again.
  const force = options.force && env.graph.asset(step.key).kind !== 'effect'
  const todo: number[] = []
  for (const ordinal of step.ordinals) {
    const blocked = blockedBecause(env, step.key, ordinal, options.broken)
    if (blocked) results.broke([ordinal], { status: 'skipped', attempts: 0, skippedBecause: blocked })
    else if (!force && provenCauses(env.state, step.key, ordinal).length === 0) {
      results.add([ordinal], { status: 'skipped', attempts: 0, skippedBecause: 'inputs unchanged' })
    } else todo.push(ordinal)
  }
  return todo
}

/** Takes an outcome into the state of the run, and tells the hooks. */
async function settle(
  env: AttemptEnvironment,
  step: Step,
  outcome: StepOutcome,
  attempts: number,
  results: StepResults,
): Promise<void> {
  const { space } = env.state.asset(step.key)
  apply(env.state, outcome.recorded)
  for (const { partition, dataVersion } of outcome.recorded) {
    results.add([partitionOrdinal(space, partition)!], { status: 'succeeded', attempts, dataVersion })
  }
  if (outcome.recorded.length > 0) {
    await callHooks(env, env.graph.asset(step.key), 'onSuccess', {
      partitions: outcome.recorded.map((version) => version.partition),
      metadata: outcome.recorded.at(-1)!.metadata,
    })
  }
  for (const { ordinal, error } of outcome.failed) await fail(env, step.key, [ordinal], error, attempts, results)
}

async function fail(
  env: AttemptEnvironment,
  key: string,
  ordinals: readonly number[],
  error: Error,
  attempts: number,
  results: StepResults,
): Promise<void> {
  const up = env.state.asset(key)
  const partitions = ordinals.map((ordinal) => partitionKey(up.space, ordinal))
  const message = env.redact(error.message)
  results.broke(ordinals, { status: 'failed', attempts, error: message })
  env.log.error(`${key} failed`, { partitions, error: env.redact(error.stack ?? error.message) })
  await env.journal.flush()
  await recordFailure(env.lineage, { assetKey: key, partitions, runId: env.runId, message, token: env.leases.token })
  for (const [i, ordinal] of ordinals.entries()) {
    const record = up.record(ordinal)
    up.set(ordinal, {
      partition: partitions[i]!,
      current: record?.current,
      unfinished: record?.unfinished ?? false,
      failure: { at: env.now, message, runId: env.runId },
    })
  }
  await callHooks(env, env.graph.asset(key), 'onFailure', { partitions, metadata: {}, error: message })
}

/** What became of a step's partitions so far. */
class StepResults {
  readonly all: PartitionResult[] = []
  readonly #env: RunEnvironment
  readonly #step: Step
  readonly #broken: Broken
  readonly #started = performance.now()

  constructor(env: RunEnvironment, step: Step, broken: Broken) {
    this.#env = env
    this.#step = step
    this.#broken = broken
  }

  add(ordinals: readonly number[], rest: Omit<PartitionResult, 'key' | 'partition' | 'durationMs'>): void {
    const { key } = this.#step
    const { space } = this.#env.state.asset(key)
    const durationMs = performance.now() - this.#started
    for (const ordinal of ordinals) this.all.push({ key, partition: partitionKey(space, ordinal), durationMs, ...rest })
  }

  /** As `add`, for partitions whose downstreams cannot be made in this run. */
  broke(ordinals: readonly number[], rest: Omit<PartitionResult, 'key' | 'partition' | 'durationMs'>): void {
    const broken = this.#broken.get(this.#step.key) ?? new Set()
    for (const ordinal of ordinals) broken.add(ordinal)
    this.#broken.set(this.#step.key, broken)
    this.add(ordinals, rest)
  }
}
