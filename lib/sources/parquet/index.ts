/** Writing Parquet files: what the simulator's archive needs, engine-free and byte for byte repeatable. */
export type { ColumnKind } from './column.ts'
export { parquetFile } from './file.ts'
export { createTable, type Row, type RowGroup, type Table, type TableShape } from './table.ts'
