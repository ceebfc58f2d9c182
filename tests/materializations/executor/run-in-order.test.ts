import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runInOrder } from '../../../materializations/executor/run-in-order.ts'
import type { Step } from '../../../materializations/executor/schedule.ts'

const step = (no: number, after: readonly number[] = [], key = 'a'): Step => ({
  no,
  key,
  ordinals: [0],
  partitions: [''],
  after,
})
const unlimited = { pools: new Map<string, number>(), poolOf: () => undefined }
const poolIsKey = ({ key }: Step) => (key === 'a' ? undefined : key)

describe('runInOrder', () => {
  it('starts steps of other pools past those whose pool is full', async () => {
    const trace: string[] = []
    const steps = [step(0, [], 'slow'), step(1, [], 'slow'), step(2, [], 'slow'), step(3), step(4)]
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    await runInOrder(
      steps,
      { concurrency: 8, pools: new Map([['slow', 1]]), poolOf: poolIsKey },
      async ({ no, key }) => {
        trace.push(`start ${no}`)
        if (no === 4) open()
        if (key === 'slow') await gate
        trace.push(`end ${no}`)
      },
    )
    expect(trace.slice(0, 5)).toEqual(['start 0', 'start 3', 'end 3', 'start 4', 'end 4'].sort(byTrace(trace)))
    expect(trace.indexOf('start 1')).toBeGreaterThan(trace.indexOf('end 0'))
    expect(trace.indexOf('start 2')).toBeGreaterThan(trace.indexOf('end 1'))
  })

  it('starts the lowest number first, and a step as soon as those before it have ended', async () => {
    const order: number[] = []
    const steps = [step(0), step(1, [0]), step(2), step(3, [2]), step(4, [1, 3])]
    await runInOrder(steps, { concurrency: 1, ...unlimited }, async ({ no }) => {
      order.push(no)
    })
    expect(order).toEqual([0, 1, 2, 3, 4])
  })

  it('a step that waits for its record lets others start', async () => {
    let waiting = 0
    let most = 0
    await runInOrder(
      Array.from({ length: 50 }, (_, no) => step(no)),
      { concurrency: 2, ...unlimited },
      async (_, slot) => {
        slot.free()
        slot.free()
        most = Math.max(most, ++waiting)
        await sleep(5)
        waiting--
      },
    )
    expect(most).toBe(50)
  })

  it('after an error starts no other, waits for those that run, and throws it', async () => {
    const ended: number[] = []
    const running = runInOrder(
      [step(0), step(1), step(2), step(3)],
      { concurrency: 2, ...unlimited },
      async ({ no }) => {
        if (no === 0) throw new Error('the disk is full')
        await sleep(10)
        ended.push(no)
      },
    )
    await expect(running).rejects.toThrow('the disk is full')
    expect(ended).toEqual([1])
  })

  it('never runs more than the limits allow, never a step before its inputs, and each once', async () => {
    const graphs = fc.array(
      fc.record({
        before: fc.array(fc.nat(30), { maxLength: 3 }),
        pool: fc.constantFrom('a', 'one', 'two'),
        turns: fc.nat(3),
      }),
      { maxLength: 30 },
    )
    await fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 5 }), async (nodes, concurrency) => {
        const steps = nodes.map(({ before, pool }, no) => step(no, [...new Set(before.filter((n) => n < no))], pool))
        const pools = new Map([
          ['one', 1],
          ['two', 2],
        ])
        const running: Step[] = []
        const ended = new Set<number>()
        await runInOrder(steps, { concurrency, pools, poolOf: poolIsKey }, async (one) => {
          running.push(one)
          expect(running.length).toBeLessThanOrEqual(concurrency)
          for (const [pool, limit] of pools)
            expect(running.filter(({ key }) => key === pool).length).toBeLessThanOrEqual(limit)
          expect(one.after.every((no) => ended.has(no))).toBe(true)
          for (let turn = nodes[one.no]!.turns; turn >= 0; turn--) await new Promise(setImmediate)
          running.splice(running.indexOf(one), 1)
          expect(ended.has(one.no)).toBe(false)
          ended.add(one.no)
        })
        expect(ended.size).toBe(steps.length)
      }),
      { numRuns: 200 },
    )
  })
})

/** Sorts by place in a trace, so that only membership counts. */
function byTrace(trace: readonly string[]) {
  return (a: string, b: string) => trace.indexOf(a) - trace.indexOf(b)
}
