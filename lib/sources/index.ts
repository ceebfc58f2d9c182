/** Outside systems as days of rows that arrive over time; the first of them is a simulated service. */
export { openSimulatedSources, type SimulatedSources } from './simulated-sources.ts'
export { columnsOf, type SourceName } from './simulator/shapes.ts'
export type { World } from './simulator/world.ts'
export type { DaySource, DayVersion, SourceColumn, SourceFormat, SourceRows } from './source.ts'
