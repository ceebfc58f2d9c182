import { clearSettings, usesServers } from './stores.ts'

// Runs in every test process before its tests.
clearSettings(process.env, { keepServers: usesServers(process.env) })
