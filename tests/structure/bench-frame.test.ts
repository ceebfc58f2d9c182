import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { measure, median } from '../bench/measure.ts'
import { table } from '../bench/table.ts'
import type { Workload } from '../bench/workload.ts'

/** A workload that answers from lists and writes down who was asked. */
function scripted(better: 'lower' | 'higher', ours: number[], theirs: number[], asked: string[]): Workload {
  const answer = async (side: string, figures: number[]): Promise<number> => {
    asked.push(side)
    return figures.shift()!
  }
  return {
    workload: 'frame/scripted',
    unit: 'ms',
    better,
    goal: 2,
    prepare: async () => ({
      peer: 'peer 1.0',
      ours: () => answer('ours', ours),
      theirs: () => answer('theirs', theirs),
      close: async () => void asked.push('close'),
    }),
  }
}

test('runs in turn after one unmeasured run of each, and takes medians', async () => {
  const asked: string[] = []
  const workload = scripted('lower', [900, 3, 1, 2, 5, 4], [900, 12, 6, 9, 3, 15], asked)
  const [row] = await measure(workload, { runs: 5, machine: 'm' })
  expect(row).toEqual({
    workload: 'frame/scripted',
    unit: 'ms',
    ours: 3,
    peer: 'peer 1.0',
    theirs: 9,
    ratio: 3,
    goal: 2,
    runs: 5,
    machine: 'm',
  })
  expect(asked).toEqual([...Array.from({ length: 6 }, () => ['ours', 'theirs']).flat(), 'close'])
})

test('the ratio is above 1 when ours is better, also where more is better', async () => {
  const [row] = await measure(scripted('higher', [0, 8, 8, 8, 8, 8], [0, 4, 4, 4, 4, 4], []), { runs: 5, machine: 'm' })
  expect(row!.ratio).toBe(2)
})

test('figures beside the first one are rows of the same runs', async () => {
  const workload: Workload = {
    ...scripted('lower', [], [], []),
    beside: [{ workload: 'frame/memory', unit: 'bytes', better: 'lower', goal: null }],
    prepare: async () => ({
      peer: 'peer 1.0',
      ours: async () => [2, 10],
      theirs: async () => [4, 30],
      close: async () => undefined,
    }),
  }
  const rows = await measure(workload, { runs: 5, machine: 'm' })
  expect(rows.map(({ workload, ratio, runs }) => [workload, ratio, runs])).toEqual([
    ['frame/scripted', 2, 5],
    ['frame/memory', 3, 5],
  ])
})

test('a side that is slow is run once, and that run counts', async () => {
  const asked: string[] = []
  const workload = scripted('lower', [900, 3, 1, 2, 5, 4], [12], asked)
  const slow: Workload = {
    ...workload,
    prepare: async () => {
      const contest = await workload.prepare()
      return { ...contest, theirs: () => sleep(400).then(contest.theirs) }
    },
  }
  const [row] = await measure(slow, { runs: 5, machine: 'm', slowMs: 300 })
  expect(row).toMatchObject({ ours: 3, theirs: 12, runs: 1 })
  expect(table([row!])).toMatch(/peer 1\.0, 1 run only$/)
})

test('a workload that fails is closed, and its error is told', async () => {
  const asked: string[] = []
  const workload = scripted('lower', [], [], asked)
  const failing: Workload = {
    ...workload,
    prepare: async () => ({ ...(await workload.prepare()), theirs: () => Promise.reject(new Error('peer died')) }),
  }
  await expect(measure(failing, { runs: 5, machine: 'm' })).rejects.toThrow('peer died')
  expect(asked).toEqual(['ours', 'close'])
})

test('fewer than five runs are refused', async () => {
  await expect(measure(scripted('lower', [], [], []), { runs: 4, machine: 'm' })).rejects.toThrow('at least 5 runs')
})

test('median', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([10, 9])]).toEqual([2, 2.5, 9.5])
})

test('the table tells a missed goal', () => {
  const row = {
    workload: 'w',
    unit: 'ms',
    ours: 1234.5,
    peer: 'p',
    theirs: 0.5,
    ratio: 0.5,
    goal: 1,
    runs: 5,
    machine: 'm',
  }
  expect(table([row]).split('\n')[1]).toBe('w         ms    1,235     0.5   0.50  1.00 missed  p')
})
