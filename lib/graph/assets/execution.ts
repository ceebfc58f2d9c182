import type { Freshness } from '../freshness.ts'
import type { AssetKey } from '../key.ts'
import type { Logger, Resources } from './context.ts'
import type { Metadata } from './types.ts'

/** How often a step is tried, and how long it waits in between. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number
  /** Wait before the second attempt. */
  readonly delayMs: number
  /** How the wait grows: doubled each time, by `delayMs` each time, or not at all. Default exponential. */
  readonly backoff: 'exponential' | 'linear' | 'constant'
  /**
   * Chance in the wait, so that several waiting steps do not come back at the same moment: anything up to it, up to
   * `delayMs` more or less, or none. Default full.
   */
  readonly jitter: 'full' | 'plusMinus' | 'none'
}

/** What a hook is told of a step, after its outcome was recorded. */
export interface HookContext {
  readonly key: AssetKey
  /** Keys of the partitions that succeeded, or failed. */
  readonly partitions: readonly string[]
  readonly runId: string
  /** Why it failed; absent on success. */
  readonly error?: string
  /** What the step recorded of the last of the partitions; empty on failure. */
  readonly metadata: Metadata
  readonly resources: Resources
  readonly log: Logger
}

/**
 * Called after a step's outcome was recorded, at most once for each outcome, best effort: not when the process dies in
 * between. One that fails is logged and changes nothing of the step.
 */
export interface Hooks {
  readonly onSuccess?: (context: HookContext) => void | Promise<void>
  readonly onFailure?: (context: HookContext) => void | Promise<void>
}

/** How the executor treats an asset; none of it is part of the code version. */
export interface ExecutionSpec {
  readonly retry?: Partial<RetryPolicy>
  /** Steps of a pool run together only as far as its limit goes; without a limit, as if there were no pool. */
  readonly pool?: string
  /** A longer attempt is stopped, and counts as failed. */
  readonly timeoutMs?: number
  readonly hooks?: Hooks
  /** How old its data may get. */
  readonly freshness?: Freshness
}

export interface Execution {
  readonly retry: RetryPolicy
  readonly pool: string | undefined
  readonly timeoutMs: number | undefined
  readonly hooks: Hooks
  readonly freshness: Freshness | undefined
}

/** An asset's execution with its defaults; `refuse` makes the error for a value that cannot be. */
export function executionOf(spec: ExecutionSpec, refuse: (problem: string, mend: string) => Error): Execution {
  const { attempts = 1, delayMs = 1000, backoff = 'exponential', jitter = 'full' } = spec.retry ?? {}
  if (!(Number.isInteger(attempts) && attempts >= 1)) {
    throw refuse(`has ${attempts} attempts`, 'Give `retry.attempts` a whole number from 1 on, the first included.')
  }
  if (!(delayMs >= 0 && Number.isFinite(delayMs))) {
    throw refuse(`waits ${delayMs} ms before it is tried again`, 'Give `retry.delayMs` a number from 0 on.')
  }
  const { timeoutMs, pool } = spec
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= LONGEST_TIMER)) {
    throw refuse(`has a time limit of ${timeoutMs} ms`, `Give \`timeoutMs\` a number from 1 to ${LONGEST_TIMER}.`)
  }
  if (pool !== undefined && !isPoolName(pool)) {
    throw refuse(`names the pool '${pool}'`, 'Name it with letters, digits, `_` and `-`.')
  }
  return {
    retry: { attempts, delayMs, backoff, jitter },
    pool,
    timeoutMs,
    hooks: spec.hooks ?? {},
    freshness: spec.freshness,
  }
}

export function isPoolName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text)
}

/** Timers run at once when they are asked for more; 24.8 days. */
const LONGEST_TIMER = 2 ** 31 - 1
