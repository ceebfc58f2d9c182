export { openXgboost, type Xgboost } from './client.ts'
export { xgboostVersion } from './library.ts'
export type { LabelledMatrix, PredictionKind, TrainedModel, TrainRequest, TreeParams } from './protocol.ts'
