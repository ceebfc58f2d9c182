export { chi2Quantile, psiNoise } from './chi2.ts'
export { type Drift, driftOf, matrixDrift } from './drift.ts'
export { psi } from './psi.ts'
