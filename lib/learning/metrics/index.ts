export { aucByDay, type BootstrapOptions, type Interval, pooledAuc, type ScoredRows } from './auc-by-day.ts'
export { hasBothClasses, positivesOf } from './order.ts'
export { brier, calibrationLine, ece, logLoss } from './probability.ts'
export { ksDistance, liftAt, prAuc, rocAuc } from './ranking.ts'
