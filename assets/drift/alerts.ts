import {
  byUrgency,
  coverageAlerts,
  type DriftDay,
  driftAlerts,
  type ParityRow,
  parityAlerts,
  qualityAlerts,
  sourceAlerts,
} from '../../lib/drift/alerts/index.ts'
import { calendarFeatures, churnFeatures } from '../../lib/features/churn-features.ts'
import { asOf, asset, through, trailing, warehouse } from '../../lib/graph/index.ts'
import { decodeModel } from '../models/bundle.ts'
import { champion } from '../models/champion.ts'
import { accounting } from '../raw/accounting.ts'
import { scoreDays, segments } from '../service.ts'
import { type BacktestQuality, backtestQuality } from './backtest-quality.ts'
import { coverage } from './coverage.ts'
import { estimatedQuality } from './estimated-quality.ts'
import { inputDrift } from './input-drift.ts'
import { liveQuality } from './live-quality.ts'
import { outcomeLag } from './outcome-days.ts'
import { parity } from './parity.ts'
import { readCoverage, readDrift, readEstimates, readLive, readSources } from './read-health.ts'

/** What is wrong with the scores of a day, the most urgent first; no rows when all is well. */
export const alerts = asset({
  key: 'drift/alerts',
  description: 'What a person should know of a day’s scores: drift, quality, calibration, coverage, parity, sources.',
  partitions: scoreDays,
  deps: {
    drift: through(inputDrift, trailing({ days: 3 })),
    coverage: through(coverage, trailing({ days: 8 })),
    estimates: estimatedQuality,
    live: through(liveQuality, trailing({ days: 3, endOffset: -outcomeLag })),
    backtest: through(backtestQuality, asOf()),
    parity,
    sources: through(accounting, trailing({ days: 8 })),
    models: through(champion, asOf()),
  },
  store: warehouse,
  columns: {
    snapshot_day: 'Date',
    place: 'UInt16',
    severity: 'LowCardinality(String)',
    kind: 'LowCardinality(String)',
    segment: 'LowCardinality(String)',
    name: 'LowCardinality(String)',
    value: 'Float64',
    limit: 'Float64',
    text: 'String',
  },
  orderBy: ['place'],
  materialize: async ({ partition, inputs, warehouse: engine, signal }) => {
    const importance: Record<string, ReadonlyMap<string, number>> = {}
    for (const model of inputs.models.partitions) {
      const stored = decodeModel(await model.bytes())
      importance[model.partition] = new Map(stored.importance.map(({ feature, share }) => [feature, share]))
    }
    const drift: DriftDay[] = (await readDrift(engine, inputs.drift.table, signal)).filter(isOfAccounts)
    const estimates = await readEstimates(engine, inputs.estimates.table, signal)
    const live = readLive(inputs.live.partitions)
    const compared = await engine.rows<ParityRow>(
      `SELECT feature, toFloat64(compared) AS compared, toFloat64(differing) AS differing FROM ${inputs.parity.table} ORDER BY feature`,
      { signal },
    )
    const quality = segments.flatMap((segment) => {
      const backtest = inputs.backtest.partitions.find((one) => one.partition === segment)!.value() as BacktestQuality
      const own = (day: { segment: string; group: string }): boolean => day.segment === segment && day.group === 'all'
      const estimatedAuc = estimates.find((one) => one.segment === segment)?.rocAuc ?? null
      return qualityAlerts({ segment, live: live.filter(own), backtest: backtest.days.filter(own), estimatedAuc })
    })
    const found = byUrgency([
      ...parityAlerts(compared, titleOf),
      ...sourceAlerts(await readSources(engine, inputs.sources.table, signal), partition.date!),
      ...quality,
      ...coverageAlerts(await readCoverage(engine, inputs.coverage.table, signal)),
      ...driftAlerts(drift, importance, titleOf),
    ])
    const rows = found.map(({ severity, kind, segment, name, value, limit, text }, place) => [
      partition.date,
      place,
      severity,
      kind,
      segment,
      name,
      value,
      limit,
      text,
    ])
    const act = found.filter(({ severity }) => severity === 'act').length
    return { kind: 'rows', rows, metadata: { act, watch: found.length - act } }
  },
})

/** Whether drift can be told: what is the same for all accounts of a day, such as holidays ahead, moves with the calendar. */
export function isOfAccounts({ name }: { readonly name: string }): boolean {
  return !calendarFeatures.some((feature) => feature.name === name)
}

/** What people call a feature; a name of none stays as it is. */
export function titleOf(name: string): string {
  return churnFeatures.find((feature) => feature.name === name)?.title.en ?? name
}
