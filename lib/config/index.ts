export { OttokError, type OttokErrorParts } from './errors.ts'
export { readHomeClock, writeHomeClock } from './home-clock.ts'
export { redactUrl } from './redact.ts'
export { loadSettings, type S3Settings, type Settings, type SettingsFile, type SettingsRequest } from './settings.ts'
