import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { existingPartitions } from '../../lib/graph/index.ts'
import { loadDefinitions } from '../../materializations/definitions/index.ts'
import { writeProject } from '../bench/graph/ottok-project.ts'
import { cellCount, endOf, scaled, shapeOf } from '../bench/graph/shape.ts'
import { measuredChild } from '../bench/measured-child.ts'
import { main } from '../bench/run.ts'

test.each([
  ['no partitions', shapeOf(20), 20],
  ['days', shapeOf(20, { layers: 5, width: 4, partitions: { daily: 365 } }), 20],
  ['days, many a call', shapeOf(20, { layers: 5, width: 4, partitions: { daily: 30 }, singleRun: true }), 20],
  ['hours, one asset a layer', shapeOf(3, { partitions: { hourly: 1000 } }), 3],
])('the project of the benchmark is a graph of as many partitions as are counted: %s', async (_, shape, assets) => {
  const folder = await mkdtemp(join(tmpdir(), 'ottok-bench-project-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const { graph } = await loadDefinitions(await writeProject(folder, shape))
  expect(graph.order).toHaveLength(assets)
  const now = new Date('2026-11-01T00:00:00Z')
  const sizes = graph.order.map((key) =>
    existingPartitions(graph.space(key), now).reduce((sum, [from, to]) => sum + to - from, 0),
  )
  expect(sizes.reduce((a, b) => a + b)).toBe(cellCount(shape))
  expect([...graph.upstream.values()].flat()).toHaveLength((assets - shape.width) * Math.min(2, shape.width))
})

test('partitions end where both sides say they end', () => {
  expect([endOf({ daily: 365 }), endOf({ hourly: 10_000 })]).toEqual(['2026-01-01T00:00', '2026-02-21T16:00'])
})

test('sizes are divided for a trial, and by nothing but a number', () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('OTTOK_BENCH_SCALE', '20')
  expect([scaled(1000), scaled(100)]).toEqual([50, 10])
  vi.stubEnv('OTTOK_BENCH_SCALE', 'small')
  expect(() => scaled(1000)).toThrow('OTTOK_BENCH_SCALE must be a number from 1 up, not small')
})

test('a measured process tells its time, processor time and memory', async () => {
  const code = 'const big = Buffer.alloc(200 * 2 ** 20, 1); setTimeout(() => console.log(big.length), 300)'
  const took = await measuredChild([process.execPath, '-e', code], process.env)
  expect(took.stdout).toBe(`${200 * 2 ** 20}\n`)
  expect(took.ms).toBeGreaterThan(300)
  expect(took.cpuMs).toBeGreaterThan(10)
  expect(took.memoryBytes).toBeGreaterThan(200 * 2 ** 20)
})

test('the processor time of a helper counts, also of one that nobody waits for', async () => {
  const busy = 'const end = Date.now() + 60000; while (process.cpuUsage().user < 600_000 && Date.now() < end);'
  const code = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(busy)}], { stdio: 'ignore' }).unref()`
  expect((await measuredChild([process.execPath, '-e', code], process.env)).cpuMs).toBeGreaterThan(600)
})

test('a measured process that fails is an error with what it printed', async () => {
  const failing = measuredChild([process.execPath, '-e', 'console.error("no luck"); process.exit(3)'], process.env)
  await expect(failing).rejects.toThrow(/ended with 3:\nno luck/)
  await expect(measuredChild(['/no/such/program'], process.env)).rejects.toThrow('no figures of a measured process')
})

test('a benchmark or workload that is not there is told', async () => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => told.mockRestore())
  expect([await main([]), await main(['speed']), await main(['all', 'status'])]).toEqual([2, 2, 2])
  expect(told.mock.calls.flat()).toContain(
    'usage: npm run bench -- NAME [TEXT], where NAME is one of graph, models, all',
  )
  await expect(main(['graph', 'nonsense'])).rejects.toThrow("No workload of graph has 'nonsense' in its name")
})
