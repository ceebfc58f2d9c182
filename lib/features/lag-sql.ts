import { type CutoffRule, servingDaySql } from './labels/moments.ts'

/**
 * SQL of the lag of something of `day` (Date) that was first seen at `known` (DateTime): serving days between the day and
 * the first cut-off at which it was known; 0 also for what a fast clock dates ahead.
 */
export function lagSql(day: string, known: string, rule: CutoffRule): string {
  return `toUInt16(greatest(0, dateDiff('day', ${day}, ${servingDaySql(known, rule)})))`
}
