#!/usr/bin/env node
import { existsSync } from 'node:fs'

const cli = new URL('../dist/cli.js', import.meta.url)
if (existsSync(cli)) {
  await import(cli.href)
} else {
  console.error('ottok cannot start: it is not built (dist/cli.js is missing).')
  console.error('Run `npm run build` in the folder of ottok.')
  process.exitCode = 1
}
