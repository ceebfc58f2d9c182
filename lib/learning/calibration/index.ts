export { type Calibration, calibrate, calibrateAll, fitCalibration, parseCalibration } from './calibration.ts'
export { fitIsotonic, type IsotonicCalibration } from './isotonic.ts'
export { fitPlatt, type PlattCalibration } from './platt.ts'
export { fitProbabilityRange, type ProbabilityRange, parseProbabilityRange, rangeAt } from './range.ts'
