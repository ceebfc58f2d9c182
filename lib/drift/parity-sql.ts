/**
 * SQL that compares, feature by feature, what scoring read with what training reads of the same accounts and days: one
 * row a feature with `feature`, `compared` and `differing`. Values are compared as 32-bit floats, which models read;
 * two unknown ones are equal. Accounts of one side only are not compared.
 *
 * @param served table expression: user_id, snapshot_day and each feature as Float32, NaN = unknown
 * @param current table expression with user_id, snapshot_day and what the expressions read
 * @param features name, and SQL over `current` of what models read of it
 */
export function parityByFeatureSql(
  served: string,
  current: string,
  features: readonly { readonly name: string; readonly sql: string }[],
): string {
  const now = features.map(({ sql, name }) => `ifNull(toFloat32(${sql}), nan) AS now_${name}`)
  const differs = features.map(
    ({ name }) => `countIf(NOT (${name} = now_${name} OR (isNaN(${name}) AND isNaN(now_${name}))))`,
  )
  const names = features.map(({ name }) => `'${name}'`)
  return `
SELECT pair.1 AS feature, rows AS compared, pair.2 AS differing
FROM (
  SELECT count() AS rows, arrayZip([${names.join(', ')}], [${differs.join(', ')}]) AS pairs
  FROM (SELECT user_id, snapshot_day, ${features.map(({ name }) => name).join(', ')} FROM ${served}) AS served
  INNER JOIN (SELECT user_id, snapshot_day, ${now.join(', ')} FROM ${current}) AS current USING (user_id, snapshot_day)
)
ARRAY JOIN pairs AS pair
ORDER BY feature`
}
