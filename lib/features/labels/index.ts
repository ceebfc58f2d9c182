export * from './change-log.ts'
export { labelColumns, labelSql } from './label-sql.ts'
export {
  cutoffSql,
  daysBetweenSql,
  frozenAtSql,
  servingCutoffSql,
  servingDaySql,
} from './moments.ts'
export { type Cause, defaultRule, freezeDays, type LabelRule, type Status } from './rule.ts'
export { type SnapshotRequest, snapshotStateColumns, snapshotStateSql } from './snapshot-state-sql.ts'
