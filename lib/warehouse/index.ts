export { WarehouseError } from './failures.ts'
export { openFormatter, type SqlFormatter } from './formatter.ts'
export { openWarehouse, type WarehouseRequest } from './open.ts'
export type {
  ColumnSources,
  Derivation,
  OutputColumn,
  RowInfluence,
  SourceColumn,
} from './query-tree/column-sources.ts'
export { type ColumnAnalyzer, openColumnAnalyzer } from './query-tree/explain.ts'
export { quoteIdentifier, quoteString } from './sql-text.ts'
export type { InputFormat, OutputFormat, QueryOptions, Warehouse } from './types.ts'
