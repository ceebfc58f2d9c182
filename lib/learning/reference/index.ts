export { countBins, type Distribution, distributionOf } from './distribution.ts'
