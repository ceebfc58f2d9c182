/** Outside systems as days of rows that arrive over time; the first of them is a simulated service. */
export { openSimulatedSources, type SimulatedSources } from './simulated-sources.ts'
export {
  type AttainableAuc,
  type CutoffTruth,
  columnsOf,
  defaultParameters,
  type Parameters,
  readTruth,
  type SimulatedWorld,
  type SimulateOptions,
  type SourceName,
  simulate,
  type World,
  type WorldTruth,
} from './simulator/index.ts'
export type { DaySource, DayVersion, SourceColumn, SourceRows } from './source.ts'
