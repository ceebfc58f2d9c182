/**
 * What the mart and the decisions say of an account in the same words: SQL over the columns of features/snapshot, which
 * are reached through `state`.
 */

/** Lower ends of the bands. Fixed, so that a band means the same probability on every day. */
export const MEDIUM_RISK = 0.1
export const HIGH_RISK = 0.3

export function riskBandSql(probability: string): string {
  return `multiIf(${probability} < ${MEDIUM_RISK}, 'low', ${probability} < ${HIGH_RISK}, 'medium', 'high')`
}

export function lifecycleSql(state: string): string {
  return `multiIf(${state}.spell_no > 1, 'reactivated', ${state}.days_since_signup < 30, 'new', 'regular')`
}

/**
 * Kopecks of the next 90 days if the account stays: what it pays by period of its plan; of a trial or intro, what the plan
 * costs after it.
 */
export function value90dSql(state: string): string {
  const price = `if(${state}.is_intro = 1, ${state}.list_kopecks, ${state}.price_kopecks)`
  return `toInt64(round(if(${state}.plan_days = 0, 0, ${price} * 90 / ${state}.plan_days)))`
}

/**
 * score_status: who has opted out is told of first, then what billing says, then whether there is a score.
 *
 * @param optedOut of features/contact_state, 0 or null where nothing is known
 * @param isScored whether scores/churn has the account
 */
export function scoreStatusSql(state: string, optedOut: string, isScored: string): string {
  return `multiIf(ifNull(${optedOut}, 0) = 1, 'opted_out', ${state}.status != 'scored', ${state}.status, ${isScored}, 'scored', 'insufficient_data')`
}
