export { type ChurnQuality, type GroupQuality, measureQuality } from './quality.ts'
export { type ChurnRows, type ChurnSlices, sliceRows } from './rows.ts'
export { type ChurnModel, type ChurnTraining, trainChurnModel } from './train-churn-model.ts'
