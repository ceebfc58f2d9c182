import { alerts } from './assets/drift/alerts.ts'
import { backtest } from './assets/drift/backtest.ts'
import { backtestQuality } from './assets/drift/backtest-quality.ts'
import { coverage } from './assets/drift/coverage.ts'
import { estimatedQuality } from './assets/drift/estimated-quality.ts'
import { inputDrift } from './assets/drift/input-drift.ts'
import { liveQuality } from './assets/drift/live-quality.ts'
import { outcomes } from './assets/drift/outcomes.ts'
import { parity } from './assets/drift/parity.ts'
import { qualityDaily, qualityMart } from './assets/drift/quality-daily.ts'
import { report } from './assets/drift/report.ts'
import { servedFeatures } from './assets/drift/served-features.ts'
import { accountState } from './assets/features/account-state.ts'
import { behaviourDaily } from './assets/features/behaviour-daily.ts'
import { contactState } from './assets/features/contact-state.ts'
import { labels } from './assets/features/labels.ts'
import { snapshot } from './assets/features/snapshot.ts'
import { viewingDaily } from './assets/features/viewing-daily.ts'
import { champion } from './assets/models/champion.ts'
import { churnModel } from './assets/models/churn-model.ts'
import { trainingSet } from './assets/models/training-set.ts'
import { accounting, changeCounts, eventCounts } from './assets/raw/accounting.ts'
import { cataloguePersons } from './assets/raw/catalogue.ts'
import { identityLinks } from './assets/raw/identity-links.ts'
import { rawSources } from './assets/raw/sources.ts'
import { openResources } from './assets/resources.ts'
import { altcraftDelivery } from './assets/scores/altcraft-delivery.ts'
import { altcraftProfiles } from './assets/scores/altcraft-profiles.ts'
import { churnScores } from './assets/scores/churn-scores.ts'
import { contactsMart } from './assets/scores/contacts-mart.ts'
import { offersMart, reasonsMart } from './assets/scores/dictionaries.ts'
import { churnMart } from './assets/scores/mart.ts'
import { modelsMart } from './assets/scores/model-dictionary.ts'
import { offers, offersSource } from './assets/scores/offers.ts'
import { recommendations } from './assets/scores/recommendations.ts'
import { EVENTS_START, following, rule, segments } from './assets/service.ts'
import { demoCommand, explainCommand, quarantineCommand, reportCommand, simulateCommand } from './lib/churn/index.ts'
import { defineGraph } from './lib/graph/index.ts'

/** Everything that exists, from what the sources send to what marketers read. */
export default defineGraph({
  assets: [
    // What the sources have, observed; landed as sent; typed, with what cannot be used set aside.
    ...rawSources.flatMap(({ source, landing, rows, quarantine }) => [source, landing, rows, quarantine]),
    cataloguePersons,
    identityLinks,
    // No row is lost: what was delivered is in one of these tables, or came twice.
    eventCounts,
    changeCounts,
    accounting,
    // What is known of every account at c(D), and who left.
    viewingDaily,
    behaviourDaily,
    accountState,
    snapshot,
    labels,
    // One model for trial, one for paying users; the champion is the one in force.
    trainingSet,
    churnModel,
    champion,
    // Who is about to leave, why, and what to do.
    churnScores,
    contactState,
    offersSource,
    offers,
    recommendations,
    churnMart,
    // Beside the mart: what its codes mean, and what became of contacts.
    reasonsMart,
    offersMart,
    modelsMart,
    contactsMart,
    altcraftProfiles,
    altcraftDelivery,
    // How good the scores are: on days that the model never saw, and where it is known who left.
    backtest,
    backtestQuality,
    outcomes,
    liveQuality,
    qualityDaily,
    qualityMart,
    // Whether they can be relied on today: what moved, who has no score, what is wrong; and a page that says so.
    inputDrift,
    estimatedQuality,
    coverage,
    servedFeatures,
    parity,
    alerts,
    report,
  ],
  resources: openResources,
  // Sources are taken in the morning and models are trained monthly; see their declarations.
  automation: following,
  pools: { xgboost: 1 },
})

/** The module's own commands, beside those of every graph. */
const mart = { mart: churnMart.key, martTable: ['mart', 'churn_scores'] as const }
export const commands = [
  demoCommand({ ...mart, start: EVENTS_START, timezone: rule.zone, segments, champion: champion.key, leastDays: 240 }),
  explainCommand(mart),
  reportCommand({ report: report.key }),
  simulateCommand({ start: EVENTS_START, timezone: rule.zone }),
  quarantineCommand(
    rawSources.map(({ mapping, rows, quarantine }) => ({ mapping, rows: rows.key, quarantine: quarantine.key })),
  ),
]
