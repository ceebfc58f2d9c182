import type { RetryPolicy } from '../../lib/graph/index.ts'

/** Milliseconds to wait after so many failed attempts; `random` gives numbers from 0 to 1. */
export function retryDelay(policy: RetryPolicy, failed: number, random: () => number): number {
  const { delayMs } = policy
  const grown = delayMs * GROWTH[policy.backoff](failed)
  switch (policy.jitter) {
    case 'full':
      return grown * random()
    case 'plusMinus':
      return Math.max(0, grown + (2 * random() - 1) * delayMs)
    case 'none':
      return grown
  }
}

const GROWTH: Readonly<Record<RetryPolicy['backoff'], (failed: number) => number>> = {
  exponential: (failed) => 2 ** (failed - 1),
  linear: (failed) => failed,
  constant: () => 1,
}
