import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { RetryPolicy } from '../../../lib/graph/index.ts'
import { retryDelay } from '../../../materializations/executor/retry.ts'
import { untilAborted, withinTime } from '../../../materializations/executor/time-limit.ts'

const policy = (rest: Partial<RetryPolicy>): RetryPolicy => ({
  attempts: 9,
  delayMs: 100,
  backoff: 'exponential',
  jitter: 'none',
  ...rest,
})
const waits = (rest: Partial<RetryPolicy>, random = 0) =>
  [1, 2, 3, 4].map((failed) => retryDelay(policy(rest), failed, () => random))

describe('retryDelay', () => {
  it.each([
    ['exponential', [100, 200, 400, 800]],
    ['linear', [100, 200, 300, 400]],
    ['constant', [100, 100, 100, 100]],
  ] as const)('%s', (backoff, expected) => {
    expect(waits({ backoff })).toEqual(expected)
  })

  it('full jitter is anything up to the wait', () => {
    expect(waits({ jitter: 'full' }, 0)).toEqual([0, 0, 0, 0])
    expect(waits({ jitter: 'full' }, 0.5)).toEqual([50, 100, 200, 400])
    expect(waits({ jitter: 'full' }, 1)).toEqual([100, 200, 400, 800])
  })

  it('plusMinus jitter is up to one delay more or less', () => {
    expect(waits({ jitter: 'plusMinus' }, 0)).toEqual([0, 100, 300, 700])
    expect(waits({ jitter: 'plusMinus' }, 1)).toEqual([200, 300, 500, 900])
  })
})

describe('withinTime', () => {
  const never = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))

  it('tells of the limit, whatever the work threw', async () => {
    const { signal } = new AbortController()
    await expect(withinTime(5, signal, never)).rejects.toThrow('stopped after 5 ms, the time limit of an attempt')
  })

  it('leaves results, errors and other reasons to stop as they are', async () => {
    const { signal } = new AbortController()
    expect(await withinTime(1000, signal, async () => 7)).toBe(7)
    await expect(withinTime(1000, signal, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    await expect(withinTime(1000, AbortSignal.abort(), async (one) => one.throwIfAborted())).rejects.toThrow('aborted')
  })
})

describe('untilAborted', () => {
  const reason = new Error('stop')

  it('gives what the work gives', async () => {
    const { signal } = new AbortController()
    expect(await untilAborted(signal, Promise.resolve(1))).toBe(1)
    await expect(untilAborted(signal, Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  })

  it('waits for work that ends when it is asked to, so that another attempt does not meet it', async () => {
    const controller = new AbortController()
    let hasEnded = false
    const work = sleep(20).then(() => {
      hasEnded = true
      throw new Error('ended')
    })
    const waiting = untilAborted(controller.signal, work)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(hasEnded).toBe(true)
  })

  it('leaves work behind that does not end', async () => {
    const controller = new AbortController()
    const waiting = untilAborted(controller.signal, new Promise(() => undefined), 5)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(untilAborted(controller.signal, new Promise(() => undefined), 5)).rejects.toBe(reason)
  })
})
