/**
 * Who is treated how, fixed by a stable hash of the account: a share is never contacted (control), a share
 * gets a random action (exploration), the rest gets what the policy decides. Logged from the first day,
 * since randomised history cannot be made later.
 */
export const CONTROL_SHARE = 0.05
export const EXPLORATION_SHARE = 0.05

/** Salt of the hash; another experiment needs another. */
const SALT = 'retention-1'

/** ClickHouse expression: `control`, `exploration` or `policy`, given the expression of the account's id. */
export function armSql(userId: string): string {
  const place = `(cityHash64('${SALT}', ${userId}) % 1000000) / 1000000`
  return `multiIf(${place} < ${CONTROL_SHARE}, 'control', ${place} < ${CONTROL_SHARE + EXPLORATION_SHARE}, 'exploration', 'policy')`
}

/** ClickHouse expression of a decision's id: the same account and day always give the same. */
export function decisionIdSql(userId: string, day: string): string {
  return `reinterpretAsUUID(MD5(concat('${SALT}|', ${userId}, '|', toString(${day}))))`
}
