import { resolve } from 'node:path'
import { OttokError } from '../config/errors.ts'
import type { ModuleCommand, ModuleOutput } from '../config/module-command.ts'
import {
  type CutoffTruth,
  marginals,
  marginalsText,
  measure,
  readRealCurves,
  simulate,
  worldNamed,
} from '../sources/simulator/index.ts'
import { simulationText } from './simulation-text.ts'
import { wholeNumber } from './whole-number.ts'

export interface SimulatePlan {
  /** First day with events. */
  readonly start: string
  readonly timezone: string
}

/** Simulates a world alone: what it delivers, what is attainable in it, and whether it has the shapes of real data. */
export function simulateCommand(plan: SimulatePlan): ModuleCommand {
  return {
    name: 'simulate',
    arguments: '[folder]',
    description: 'simulate a service into a folder; or, with --marginals, compare its shapes with real data',
    options: [
      { flags: '--users <n>', description: 'accounts of the initial base', default: '20000' },
      { flags: '--days <n>', description: 'days with events', default: '240' },
      { flags: '--seed <n>', description: 'seed of the world', default: '1' },
      { flags: '--world <name>', description: 'default, null, billing-only, ...', default: 'default' },
      { flags: '--marginals <folder>', description: 'write no world: measure it and compare with the data in there' },
    ],
    run: async (context, [folder], options) => {
      const world = {
        users: wholeNumber('--users', options.users, 100),
        days: wholeNumber('--days', options.days, 60),
        seed: wholeNumber('--seed', options.seed, 0),
        ...plan,
        parameters: worldNamed(String(options.world)),
      }
      if (options.marginals !== undefined) return compare(world, String(options.marginals))
      if (folder === undefined) throw noFolder()
      const made = await simulate({ ...world, out: resolve(folder), onDay: daily(context.progress) })
      const { rows, bytes, elapsedMs, peakMemoryBytes, truth } = made
      return {
        json: { rows, bytes, elapsedMs, peakMemoryBytes, cutoffs: truth.cutoffs },
        text: [simulationText(made), ...truth.cutoffs.map(attainableText)].join('\n'),
      }
    },
  }
}

function noFolder(): OttokError {
  return new OttokError({
    what: 'there is no folder to simulate into',
    cause: '`simulate` was given neither a folder nor --marginals.',
    mend: 'Run `ottok simulate FOLDER` with a new folder, or `ottok simulate --marginals FOLDER_OF_KKBOX`.',
    exitCode: 2,
  })
}

async function compare(world: Parameters<typeof measure>[0], realFolder: string): Promise<ModuleOutput> {
  const rows = marginals(measure(world), await readRealCurves(resolve(realFolder)))
  return { json: rows, text: marginalsText(rows) }
}

function attainableText({ day, groups }: CutoffTruth): string {
  const lines = Object.entries(groups).map(
    ([name, { accounts, baseRate, half, full, auc, behaviour }]) =>
      `  ${name.padEnd(20)}${String(accounts).padStart(8)}${[baseRate, auc, full, half, behaviour].map((n) => n.toFixed(3).padStart(8)).join('')}`,
  )
  const head = `  ${'group'.padEnd(20)}accounts    rate     AUC   A(M)  A(M/2) mood alone`
  return [`attainable at ${day}, by the latent state (AUC = 2 A(M) - A(M/2))`, head, ...lines].join('\n')
}

/** A line now and then. */
function daily(progress: (message: string) => void) {
  return (lived: number, all: number): void => {
    if (lived % 50 === 0) progress(`simulated ${lived} of ${all} days`)
  }
}
