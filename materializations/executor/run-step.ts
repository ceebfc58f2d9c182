import { setTimeout as sleep } from 'node:timers/promises'
import { partitionKey, partitionOrdinal } from '../../lib/graph/index.ts'
import { LeaseHeld } from '../lineage/leases.ts'
import { LeaseLost, recordFailure } from '../lineage/record.ts'
import { provenCauses } from '../planner/causes.ts'
import { apply } from './apply.ts'
import { reached } from './commit-points.ts'
import type { RunEnvironment } from './environment.ts'
import { StepBlocked } from './inputs.ts'
import { performEffect } from './make-effect.ts'
import { makeStoredValue } from './make-object.ts'
import { publishPartition } from './make-published.ts'
import { makeTablePartitions } from './make-table.ts'
import { type StepOutcome, Unfinished } from './outcome.ts'
import type { Step } from './schedule.ts'

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

/** Partitions that failed or were skipped for a failure in this run, by asset. */
export type Broken = Map<string, Set<number>>

export interface StepOptions {
  readonly force: boolean
  readonly broken: Broken
}

/** Looks again, makes what is still stale, records it. Never throws for a step's own failure. */
export async function runStep(
  env: RunEnvironment,
  step: Step,
  options: StepOptions,
): Promise<readonly PartitionResult[]> {
  const started = performance.now()
  const results: PartitionResult[] = []
  const space = env.state.asset(step.key).space
  const finish = (ordinals: readonly number[], rest: Omit<PartitionResult, 'key' | 'partition' | 'durationMs'>) => {
    const durationMs = performance.now() - started
    for (const ordinal of ordinals) {
      results.push({ key: step.key, partition: partitionKey(space, ordinal), durationMs, ...rest })
    }
  }
  const markBroken = (ordinals: readonly number[]) => {
    const broken = options.broken.get(step.key) ?? new Set()
    options.broken.set(step.key, new Set([...broken, ...ordinals]))
  }

  // What an effect has done is done: forcing remakes data, it does not act again.
  const force = options.force && env.graph.asset(step.key).kind !== 'effect'
  const todo: number[] = []
  for (const ordinal of step.ordinals) {
    const blocked = blockedBecause(env, step.key, ordinal, options.broken)
    if (blocked) {
      markBroken([ordinal])
      finish([ordinal], { status: 'skipped', attempts: 0, skippedBecause: blocked })
    } else if (!force && provenCauses(env.state, step.key, ordinal).length === 0) {
      finish([ordinal], { status: 'skipped', attempts: 0, skippedBecause: 'inputs unchanged' })
    } else todo.push(ordinal)
  }
  if (todo.length === 0) return results

  const asset = env.graph.asset(step.key)
  for (let attempt = 1; ; attempt++) {
    try {
      env.signal.throwIfAborted()
      await env.leases.acquire(step.key)
      reached('step-started')
      const outcome = await make(env, step, todo)
      apply(env.state, outcome.recorded)
      for (const version of outcome.recorded) {
        finish([partitionOrdinal(space, version.partition)!], {
          status: 'succeeded',
          attempts: attempt,
          dataVersion: version.dataVersion,
        })
      }
      for (const { ordinal, error } of outcome.failed)
        await fail(env, step.key, [ordinal], error, attempt, finish, markBroken)
      return results
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      if (env.signal.aborted) {
        markBroken(todo)
        finish(todo, { status: 'cancelled', attempts: attempt })
        return results
      }
      if (error instanceof StepBlocked || error instanceof LeaseHeld || error instanceof LeaseLost) {
        markBroken(todo)
        finish(todo, {
          status: 'skipped',
          attempts: attempt,
          skippedBecause: error instanceof StepBlocked ? error.message : error.reason,
        })
        return results
      }
      if (attempt >= asset.retry.attempts || error instanceof Unfinished) {
        await fail(env, step.key, todo, error, attempt, finish, markBroken)
        return results
      }
      env.log.warn(`${step.key} failed, trying again`, { attempt, error: error.message })
      // Full jitter keeps several waiting steps from coming back at the same moment.
      const wait = asset.retry.delayMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2)
      await sleep(wait, undefined, { signal: env.signal }).catch((reason: unknown) => {
        if (!env.signal.aborted) throw reason
      })
    }
  }
}

async function fail(
  env: RunEnvironment,
  key: string,
  ordinals: readonly number[],
  error: Error,
  attempts: number,
  finish: (ordinals: readonly number[], rest: Omit<PartitionResult, 'key' | 'partition' | 'durationMs'>) => void,
  markBroken: (ordinals: readonly number[]) => void,
): Promise<void> {
  const up = env.state.asset(key)
  const partitions = ordinals.map((ordinal) => partitionKey(up.space, ordinal))
  markBroken(ordinals)
  finish(ordinals, { status: 'failed', attempts, error: error.message })
  env.log.warn(`${key} failed`, { partitions, error: error.stack ?? error.message })
  await recordFailure(env.lineage, {
    assetKey: key,
    partitions,
    runId: env.runId,
    message: error.message,
    token: env.leases.token,
  })
  for (const [i, ordinal] of ordinals.entries()) {
    const record = up.record(ordinal)
    up.set(ordinal, {
      partition: partitions[i]!,
      current: record?.current,
      unfinished: record?.unfinished ?? false,
      failure: { at: env.now, message: error.message, runId: env.runId },
    })
  }
}

/** The steps between staging and record, by kind of asset and store. */
async function make(env: RunEnvironment, step: Step, ordinals: readonly number[]): Promise<StepOutcome> {
  const asset = env.graph.asset(step.key)
  if (asset.kind === 'external') throw new Error(`unreachable: ${step.key} is observed, never made`)
  if (asset.kind === 'sql') return makeTablePartitions(env, asset, ordinals, step.no)
  if (asset.kind === 'function' && asset.store.kind === 'warehouse') {
    return makeTablePartitions(env, asset, ordinals, step.no)
  }
  const [ordinal] = ordinals
  if (ordinal === undefined || ordinals.length > 1)
    throw new Error(`unreachable: ${step.key} makes one partition a step`)
  if (asset.kind === 'effect') return performEffect(env, asset, ordinal, step.no)
  const { store } = asset
  switch (store.kind) {
    case 'warehouse':
      throw new Error(`unreachable: ${step.key} is a table`)
    case 'published':
      return publishPartition(env, { ...asset, store }, ordinal, step.no)
    case 'objects':
    case 'value':
      return makeStoredValue(env, asset, ordinal, step.no)
  }
}

function blockedBecause(env: RunEnvironment, key: string, ordinal: number, broken: Broken): string | undefined {
  for (const edge of env.graph.upstream.get(key)!) {
    const up = env.state.asset(edge.upstream)
    const failed = broken.get(edge.upstream)
    if (failed && edge.mapping.kind !== 'asOf') {
      const box = env.state.mapping(edge).boxOf(ordinal)
      for (const member of up.members(box)) {
        if (failed.has(member)) return `${edge.upstream}@${partitionKey(up.space, member)} failed or was skipped`
      }
    }
    const { missing, notYet } = env.state.absentInputs(edge, ordinal)
    const absent = missing[0] ?? notYet[0]
    if (absent !== undefined) return `${edge.upstream}@${partitionKey(up.space, absent)} was not made`
  }
  return undefined
}
