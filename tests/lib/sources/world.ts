/** A small simulated world for tests, and an engine to look at it with. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import {
  defaultParameters,
  type Parameters,
  type SimulatedWorld,
  simulate,
} from '../../../lib/sources/simulator/index.ts'
import { openWarehouse, type Warehouse } from '../../../lib/warehouse/index.ts'

const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

/** A folder that is gone after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ottok-world-'))
  made.push(folder)
  return folder
}

export interface SmallWorld extends SimulatedWorld {
  readonly folder: string
}

export async function simulateSmall(
  options: {
    users?: number
    days?: number
    seed?: number
    timezone?: string
    parameters?: Parameters
    threads?: number
  } = {},
): Promise<SmallWorld> {
  const folder = join(temporaryFolder(), 'world')
  const simulated = await simulate({
    users: options.users ?? 300,
    days: options.days ?? 45,
    seed: options.seed ?? 1,
    start: '2026-02-01',
    timezone: options.timezone ?? 'Europe/Moscow',
    out: folder,
    parameters: options.parameters ?? smallParameters,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  })
  return { ...simulated, folder }
}

/** Few futures: enough for the sums that tests look at. */
export const smallParameters: Parameters = {
  ...defaultParameters,
  burnInDays: 60,
  truth: { ...defaultParameters.truth, futures: 64 },
}

export function openTestWarehouse(): Promise<Warehouse> {
  return openWarehouse({ home: temporaryFolder(), environment: 'test', maxMemory: 1_000_000_000 })
}
