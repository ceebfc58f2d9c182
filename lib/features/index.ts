export { billingFeatures, churnFeatures, viewingFeatures } from './churn-features.ts'
export { type DailyStatesRequest, dailyStatesSql } from './daily-states-sql.ts'
export {
  type Feature,
  feature,
  longestWindow,
  measuresOf,
  type Shape,
  type Window,
  windowsOf,
} from './feature.ts'
export * from './labels/index.ts'
export { distinct, eventColumns, type Measure, sum } from './measure.ts'
export { modelColumns, type SnapshotFeaturesRequest, snapshotSql } from './snapshot-sql.ts'
