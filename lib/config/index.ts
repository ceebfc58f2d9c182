export { OttokError, type OttokErrorParts } from './errors.ts'
export { ensureFolder } from './folders.ts'
export { readHomeClock, writeHomeClock } from './home-clock.ts'
export type {
  CurrentMaterialization,
  LineageEdge,
  LineageGraph,
  LineageNode,
  LineageRange,
  LineageRequest,
  ModuleCommand,
  ModuleContext,
  ModuleOption,
  ModuleOutput,
  ModuleRequest,
  ModuleRun,
} from './module-command.ts'
export { type Redact, redactFields, redactor, redactUrl } from './redact.ts'
export { loadSettings, type S3Settings, type Settings, type SettingsFile, type SettingsRequest } from './settings.ts'
