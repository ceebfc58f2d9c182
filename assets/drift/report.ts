import { type Alert, type ParityRow, weightedPsi } from '../../lib/drift/alerts/index.ts'
import { headlinesOfDays } from '../../lib/drift/quality/index.ts'
import { reportPage } from '../../lib/drift/report/page.ts'
import type { DecisionCount, ModelFacts, ReportData, SegmentReport } from '../../lib/drift/report/report-data.ts'
import { asOf, asset, type InputPartition, objects, through, trailing } from '../../lib/graph/index.ts'
import type { ModelSignature, TemporalSlices } from '../../lib/learning/index.ts'
import { decodeModel } from '../models/bundle.ts'
import { champion } from '../models/champion.ts'
import { accounting } from '../raw/accounting.ts'
import { churnScores } from '../scores/churn-scores.ts'
import { recommendations } from '../scores/recommendations.ts'
import { SCORES_START, scoreDays, segments } from '../service.ts'
import { alerts, isOfAccounts, titleOf } from './alerts.ts'
import { type BacktestQuality, backtestQuality } from './backtest-quality.ts'
import { coverage } from './coverage.ts'
import { estimatedQuality } from './estimated-quality.ts'
import { inputDrift } from './input-drift.ts'
import { liveQuality } from './live-quality.ts'
import { outcomeLag } from './outcome-days.ts'
import { MARGIN, parity } from './parity.ts'
import { readCoverage, readDrift, readEstimates, readLive, readSources } from './read-health.ts'

/** Days of history that charts show. */
const HISTORY_DAYS = 60
const IMPORTANT = 10
const HISTOGRAM_BINS = 20

/** The state of the scores of a day, for people: one HTML file. */
export const report = asset({
  key: 'drift/report',
  description: 'Page on how good and how healthy the scores of a day are, for managers and analysts.',
  kinds: ['html'],
  partitions: scoreDays,
  deps: {
    alerts,
    drift: inputDrift,
    coverage: through(coverage, trailing({ days: HISTORY_DAYS })),
    estimates: through(estimatedQuality, trailing({ days: 14 })),
    live: through(liveQuality, trailing({ days: HISTORY_DAYS, endOffset: -outcomeLag })),
    backtest: through(backtestQuality, asOf()),
    parity,
    sources: through(accounting, trailing({ days: 8 })),
    scores: churnScores,
    decisions: recommendations,
    models: through(champion, asOf()),
  },
  store: objects({ extension: 'html' }),
  materialize: async ({ partition, inputs, warehouse, signal }) => {
    const day = partition.date!
    const live = readLive(inputs.live.partitions)
    const drift = (await readDrift(warehouse, inputs.drift.table, signal)).filter(isOfAccounts)
    const estimates = await readEstimates(warehouse, inputs.estimates.table, signal)
    const compared = await warehouse.rows<ParityRow>(
      `SELECT feature, toFloat64(compared) AS compared, toFloat64(differing) AS differing FROM ${inputs.parity.table}`,
      { signal },
    )
    const found = await warehouse.rows<Alert>(
      `SELECT severity, kind, segment, name, value, limit, text FROM ${inputs.alerts.table} ORDER BY place`,
      { signal },
    )
    const histograms = await warehouse.rows<{ segment: string; counts: number[] }>(
      `SELECT segment, arrayMap(bin -> toFloat64(countEqual(groupArray(
         least(${HISTOGRAM_BINS - 1}, toInt32(floor(churn_probability * ${HISTOGRAM_BINS})))) AS bins, bin)), range(${HISTOGRAM_BINS})) AS counts
       FROM ${inputs.scores.table} GROUP BY segment`,
      { signal },
    )
    const decisions = await warehouse.rows<DecisionCount>(
      `SELECT decision_basis AS basis, action_code AS action, toFloat64(count()) AS accounts
       FROM ${inputs.decisions.table} GROUP BY basis, action ORDER BY accounts DESC, basis, action`,
      { signal },
    )
    const of = (partitions: readonly InputPartition[], segment: string): InputPartition =>
      partitions.find((one) => one.partition === segment)!
    const reports: SegmentReport[] = []
    for (const segment of segments) {
      const model = decodeModel(await of(inputs.models.partitions, segment).bytes())
      const share = new Map(model.importance.map((one) => [one.feature, one.share]))
      const backtest = of(inputs.backtest.partitions, segment).value() as BacktestQuality
      const own = live.filter((one) => one.segment === segment)
      const isLive = own.some(({ rocAuc }) => rocAuc !== null)
      const moved = drift.filter((one) => one.segment === segment)
      reports.push({
        segment,
        model: modelFacts(of(inputs.models.partitions, segment), model.importance),
        judgedBy: isLive ? 'live' : 'backtest',
        headlines: isLive ? headlinesOfDays(own) : backtest.headlines,
        days: [...backtest.days, ...own],
        histogram: histograms.find((one) => one.segment === segment)?.counts ?? [],
        estimates: estimates.filter((one) => one.segment === segment),
        drift: moved
          .filter(({ subject }) => subject === 'feature')
          .map(({ name, psi, alert, missingShare }) => ({
            title: titleOf(name),
            psi,
            alert,
            missingShare,
            share: share.get(name) ?? 0,
          }))
          .sort((a, b) => b.psi - a.psi),
        weightedPsi: weightedPsi(moved, share),
        scorePsi: moved.find(({ subject }) => subject === 'score')?.psi ?? null,
      })
    }
    const features = compared.filter(({ feature }) => feature !== MARGIN)
    const data: ReportData = {
      day,
      segments: reports,
      alerts: found,
      decisions,
      coverage: await readCoverage(warehouse, inputs.coverage.table, signal),
      sources: await readSources(warehouse, inputs.sources.table, signal),
      parity: {
        features: features.length,
        compared: features[0]?.compared ?? 0,
        differing: compared.reduce((sum, { differing }) => sum + differing, 0),
      },
      maturity: { firstScored: SCORES_START, knownFrom: daysAfter(SCORES_START, outcomeLag + 1) },
    }
    return { kind: 'bytes', bytes: Buffer.from(reportPage(data), 'utf8'), metadata: summaryOf(data) }
  },
})

/** What the report comes to, for the command that writes it out. */
function summaryOf({ segments: reports, alerts: found, parity: { compared, differing } }: ReportData) {
  return {
    segments: reports.map(({ segment, judgedBy, headlines, model, weightedPsi: drift }) => ({
      segment,
      model: model.version,
      judgedBy,
      rocAuc: headlines.find(({ group }) => group === 'all')?.rocAuc ?? null,
      weightedPsi: drift,
    })),
    alerts: found.map(({ severity, text }) => ({ severity, text })),
    parity: { compared, differing },
  }
}

function modelFacts(
  { metadata }: InputPartition,
  importance: readonly { readonly feature: string; readonly share: number }[],
): ModelFacts {
  const { train, test } = metadata.slices as TemporalSlices
  return {
    version: (metadata.signature as ModelSignature).modelVersion,
    trainedUntil: train.to,
    tested: { from: test.from, to: test.to },
    trainingRows: (metadata.rows as { train: number }).train,
    trees: metadata.trees as number,
    importance: importance.slice(0, IMPORTANT).map(({ feature, share }) => ({ title: titleOf(feature), share })),
    failedGates: metadata.failedGates as string[],
  }
}

function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
