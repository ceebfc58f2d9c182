export type {
  EffectContext,
  Input,
  InputPartition,
  Logger,
  MaterializeContext,
  ObserveContext,
  QueryEngine,
  ResourceSettings,
  Resources,
} from './assets/context.ts'
export type { HookContext, Hooks, RetryPolicy } from './assets/execution.ts'
export type { AssetSpec, EffectAssetSpec, ExternalAssetSpec, SqlAssetSpec } from './assets/factories.ts'
export { asset, days, effectAsset, externalAsset, placeOf, self, sqlAsset, through } from './assets/factories.ts'
export type { InputForm, ProgramSpec } from './assets/program.ts'
export type {
  Asset,
  AssetSource,
  DataVersionMode,
  Dep,
  DepsSpec,
  EffectAsset,
  ExternalAsset,
  FunctionAsset,
  Materialized,
  MaterializedOne,
  Metadata,
  Observed,
  OutputFacts,
  SqlAsset,
} from './assets/types.ts'
export type { Condition, DepsFilter, Retries } from './automation/conditions.ts'
export * as when from './automation/conditions.ts'
export { type AutomationOptions, eager, onCron, onMissing } from './automation/presets.ts'
export { conditionText, conditionWords } from './automation/text.ts'
export {
  acceptedRange,
  type Check,
  type CheckOptions,
  type CheckSeverity,
  type CheckVerdict,
  checkValue,
  type MetadataCheck,
  metadataRange,
  noNulls,
  rowCount,
  type SchemaCheck,
  type SqlCheck,
  schemaChange,
  sqlCheck,
  type TableCheck,
  unique,
  type ValueCheck,
} from './checks.ts'
export { type Cron, parseCron, previousCronTick } from './cron.ts'
export { dynamicNames, withDynamicPartitions } from './dynamic-keys.ts'
export { type Diagnostic, GraphError, graphError } from './errors.ts'
export {
  type FreshBy,
  type Freshness,
  type FreshnessState,
  type FreshWithin,
  freshBy,
  freshWithin,
} from './freshness.ts'
export { defineGraph, depsSignature, type Edge, type Graph, type GraphSpec } from './graph.ts'
export type { Interval, IntervalSet } from './interval-set.ts'
export * as sets from './interval-set.ts'
export { type AssetKey, nearMisses } from './key.ts'
export { overAllKeys } from './mappings/keyed-times.ts'
export {
  all,
  asOf,
  identity,
  last,
  mappingText,
  type PartitionMapping,
  perDimension,
  specific,
  staticMap,
  timeOverlap,
  toDimension,
  trailing,
} from './mappings/mapping.ts'
export { type Box, type ResolvedMapping, resolveMapping } from './mappings/resolve.ts'
export { parseTimeBound, type TimeBound, timesBetween } from './partitions/bounds.ts'
export { existsFrom, timeWindow } from './partitions/calendar.ts'
export { dayKey, dayOrdinal } from './partitions/civil.ts'
export {
  type CrossPartitions,
  cross,
  type DynamicPartitions,
  dimensionsOf,
  dynamic,
  type FixedPartitions,
  fixed,
  isKey,
  type PartitionsDefinition,
  partitionsSignature,
} from './partitions/definitions.ts'
export {
  type Partition,
  type PartitionColumn,
  type PartitionColumnType,
  partitionColumns,
  partitionOf,
} from './partitions/partition.ts'
export {
  type DynamicKeys,
  existingPartitions,
  keyIndexOf,
  type PartitionSpace,
  partitionKey,
  partitionOrdinal,
  partitionSpace,
  partitionsMatching,
  timeOf,
} from './partitions/space.ts'
export {
  type CronOptions,
  cron,
  type DailyOptions,
  daily,
  type HourlyOptions,
  hourly,
  type MonthlyOptions,
  monthly,
  type TimePartitions,
  type WeeklyOptions,
  weekly,
} from './partitions/time-partitions.ts'
export { type NeededFacts, neededFacts, type SelectionFacts } from './selection/facts.ts'
export { parseSelection } from './selection/parse.ts'
export type { Selection, StatusWord } from './selection/syntax.ts'
export { selectionText } from './selection/text.ts'
export { partitionParams, renderSql, renderSqlSymbolic, sql } from './sql.ts'
export {
  type ObjectsStore,
  objects,
  type PublishedColumn,
  type PublishedRelations,
  type PublishedStore,
  type PublishedView,
  published,
  type StoreToken,
  type ValueStore,
  value,
  type WarehouseStore,
  warehouse,
} from './stores.ts'
