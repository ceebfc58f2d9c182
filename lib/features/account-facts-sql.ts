import { type CutoffRule, literal, servingDaySql } from './labels/moments.ts'

/**
 * SQL of what is known of Pass.Media accounts, by the day from whose snapshot on it holds: user_id, since (Date),
 * email_verified, phone_verified and registered_at, all Nullable so that a join tells what is not known.
 *
 * `accounts` is a table expression of the change log: change_id, user_id, registered_at, email_verified, phone_verified,
 * changed_at, known_at; every row is the whole account. A row holds from the first day D with changed_at before t(D) and
 * known_at by c(D), until one of a later change holds: a change that becomes known after a later one never holds.
 */
export function accountFactsSql(accounts: string, rule: CutoffRule): string {
  return `
    SELECT user_id, since, toNullable(facts.1) AS email_verified,
      toNullable(facts.2) AS phone_verified, toNullable(facts.3) AS registered_at
    FROM (
      SELECT user_id, since, facts, newest, max(newest) OVER (PARTITION BY user_id ORDER BY since) AS newest_so_far
      FROM (
        SELECT user_id, greatest(toDate(changed_at, ${literal(rule.zone)}), ${servingDaySql('known_at', rule)}) AS since,
          max((changed_at, known_at, change_id)) AS newest,
          argMax((email_verified, phone_verified, registered_at), (changed_at, known_at, change_id)) AS facts
        FROM ${accounts} GROUP BY user_id, since
      )
    )
    WHERE newest = newest_so_far`
}
