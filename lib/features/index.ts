export { type BehaviourEventsRequest, behaviourEventsSql, FARTHEST_AHEAD, LATEST_LAG } from './behaviour-events-sql.ts'
export {
  accountFeatures,
  behaviourFeatures,
  billingFeatures,
  calendarFeatures,
  churnFeatures,
  viewingFeatures,
} from './churn-features.ts'
export { type DailyStatesRequest, dailyStatesSql, statesKnownOnSql } from './daily-states-sql.ts'
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
export { type EventFamily, eventColumns, type Measure, over } from './measure.ts'
export { modelColumns, type SnapshotFeaturesRequest, snapshotSql } from './snapshot-sql.ts'
export { type ViewingEventsRequest, viewingEventsSql } from './viewing-events-sql.ts'
