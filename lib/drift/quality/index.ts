export { estimateAuc, estimateLift } from './estimate.ts'
export { type Headline, headlinesOfDays, headlinesOfRows } from './headline.ts'
export { type DayQuality, leastOfEachLabel, type MeasuredAs, measureDay, type Series } from './measure-day.ts'
export {
  addBins,
  type CalibrationPoint,
  calibrationPoints,
  foundAt,
  type GainPoint,
  gainPoints,
  type RiskBin,
  riskBins,
} from './risk-bins.ts'
export { type Group, groups, pickOutcomes, readScoredOutcomes, type ScoredOutcomes } from './scored-day.ts'
