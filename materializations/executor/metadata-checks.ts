import type { Check, MetadataCheck } from '../../lib/graph/index.ts'
import type { CheckResult } from '../stores/staging.ts'

/** What the checks of metadata say of partitions that are made with it. */
export function metadataResults(
  checks: readonly Check[],
  partitions: readonly string[],
  metadata: Readonly<Record<string, unknown>>,
): readonly CheckResult[] {
  const declared = checks.filter((check): check is MetadataCheck => check.kind === 'metadata')
  return declared.flatMap(({ name, severity, blocking, field, min, max }) => {
    const found = fieldOf(metadata, field)
    const isNumber = typeof found === 'number'
    const passed = isNumber && found >= min && found <= max
    const detail = isNumber ? `${field} is ${found}` : `the metadata have no number ${field}`
    const shown = isNumber ? { [field]: found } : {}
    return partitions.map((partition) => ({
      partition,
      check: name,
      severity,
      blocking,
      passed,
      detail,
      metadata: shown,
    }))
  })
}

/** A field by its path, its parts joined by dots. */
function fieldOf(metadata: unknown, path: string): unknown {
  let value = metadata
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string, unknown>)[part]
  }
  return value
}
