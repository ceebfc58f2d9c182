import type { LabelRule } from './rule.ts'
import { freezeDays } from './rule.ts'

/** A SQL string literal. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** What a cut-off needs of a rule: the zone and the publish lag in elapsed hours. */
export type CutoffRule = Pick<LabelRule, 'zone' | 'publishLagHours'>

/** Publish lag in whole seconds. */
export function lagSeconds(rule: CutoffRule): number {
  return Math.round(rule.publishLagHours * 3600)
}

/** SQL of t(D), a DateTime in the zone: 00:00 of the day after `day` (an expression of type Date). */
export function cutoffSql(day: string, zone: string): string {
  return `toDateTime(addDays(${day}, 1), ${literal(zone)})`
}

/** SQL of the serving cut-off c(D): t(D) and the publish lag. What is known at c(D) itself is known. */
export function servingCutoffSql(day: string, rule: CutoffRule): string {
  return `addSeconds(${cutoffSql(day, rule.zone)}, ${lagSeconds(rule)})`
}

/**
 * SQL of the serving day of a moment: the first day D whose c(D) is at or after `moment` (a DateTime expression).
 * c(D) >= moment <=> t(D) >= moment - publish lag; the last second before a midnight decides, so 1 s is taken off.
 */
export function servingDaySql(moment: string, rule: CutoffRule): string {
  return `toDate(${moment} - ${lagSeconds(rule) + 1}, ${literal(rule.zone)})`
}

/** SQL of the moment at which the label of snapshot `day` is frozen. */
export function frozenAtSql(day: string, rule: LabelRule): string {
  return `toDateTime(addDays(${day}, ${1 + freezeDays(rule)}), ${literal(rule.zone)})`
}

/** SQL of an Array(Date) with every day from `first` to `last`, both included (expressions of type Date). */
export function daysBetweenSql(first: string, last: string): string {
  return `arrayMap(i -> addDays(${first}, i), range(toUInt32(dateDiff('day', ${first}, ${last}) + 1)))`
}

/** SQL of the epoch seconds of a DateTime expression, as Int64. */
export function epochSql(moment: string): string {
  return `toInt64(toUnixTimestamp(${moment}))`
}
