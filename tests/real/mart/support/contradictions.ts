import { HIGH_RISK, MEDIUM_RISK } from '../../../../assets/scores/account-facts.ts'

const isScored = "score_status = 'scored'"
/** Columns that a row has exactly when it has a score. */
const ofScores = [
  'churn_probability',
  'probability_low',
  'probability_high',
  'raw_margin',
  'risk_decile',
  'risk_percentile',
  'risk_band',
  'days_at_high_risk',
  'revenue_at_risk_kopecks',
  'model_version',
]
/** Of so few trials, a model may learn nothing. */
const learned = 'SELECT segment FROM churn_scores GROUP BY segment HAVING count(DISTINCT raw_margin) > 1'
/** Columns that a row has exactly when something is done. */
const ofActions = ['offer_code', 'channel', 'expected_gain_kopecks', 'action_cost_kopecks']

/**
 * What no row of the mart may say: for each, the rows that it could be said of, of which the world must hold some, and
 * what contradicts itself in one. NULL is a contradiction too.
 */
export const contradictions: readonly (readonly [what: string, rows: string, wrong: string])[] = [
  ...ofScores.map(
    (name) => [`${name} without a score, or none with one`, 'true', `(${isScored}) <> (${name} IS NOT NULL)`] as const,
  ),
  ...ofActions.map(
    (name) =>
      [
        `${name} without an action, or none with one`,
        'true',
        `(action_code <> 'none') <> (${name} IS NOT NULL)`,
      ] as const,
  ),
  ['a reason without a score', `NOT (${isScored})`, 'reason_1_code IS NOT NULL'],
  [
    'a score without a reason, by a model that tells accounts apart',
    `${isScored} AND segment IN (${learned})`,
    'reason_1_code IS NULL',
  ],
  [
    'an unknown status',
    'true',
    `score_status NOT IN ('scored', 'insufficient_data', 'in_grace', 'paused', 'sponsored', 'opted_out')`,
  ],
  ['a reason for a missing score that is there', 'true', `(${isScored}) = (status_reason IS NOT NULL)`],
  ['a score outside the segments', isScored, `segment NOT IN ('trial', 'paid')`],
  [
    'a range that does not hold the probability',
    isScored,
    'NOT (0 <= probability_low AND probability_low <= churn_probability AND churn_probability <= probability_high AND probability_high <= 1)',
  ],
  [
    'a band of another probability',
    isScored,
    `risk_band <> CASE WHEN churn_probability < ${MEDIUM_RISK} THEN 'low' WHEN churn_probability < ${HIGH_RISK} THEN 'medium' ELSE 'high' END`,
  ],
  ['high risk for no day, or low risk for some', isScored, `(risk_band = 'high') <> (days_at_high_risk > 0)`],
  [
    'a change that is not the difference',
    'probability_yesterday IS NOT NULL AND change IS NOT NULL',
    'abs(churn_probability - probability_yesterday - change) > 1e-6',
  ],
  ['a cause without a change, or none with one', 'true', '(change IS NULL) <> (change_cause IS NULL)'],
  [
    'revenue at risk of another value',
    isScored,
    'abs(value_90d_kopecks * churn_probability - revenue_at_risk_kopecks) > 1',
  ],
  ['use before it was made', 'true', 'NOT (data_cutoff_at <= scored_at AND data_cutoff_at < valid_until)'],
  ['an action for control', "experiment_arm = 'control'", "action_code <> 'none' OR decision_basis <> 'control'"],
  [
    'control that is suppressed by something else',
    `experiment_arm = 'control' AND ${isScored}`,
    `suppressed_reason IS DISTINCT FROM 'control'`,
  ],
  [
    'a decision about whom there is no score of',
    `NOT (${isScored})`,
    `action_code <> 'none' OR suppressed_reason IS DISTINCT FROM 'not_scored'`,
  ],
  [
    'a policy that does nothing and does not say why',
    `experiment_arm = 'policy' AND ${isScored} AND action_code = 'none'`,
    `coalesce(suppressed_reason IN ('no_consent', 'contact_frequency', 'sleeping_dog_risk', 'low_risk', 'no_fitting_offer', 'no_gain', 'budget'), false) = false`,
  ],
  ['an action that is suppressed', "action_code <> 'none'", 'suppressed_reason IS NOT NULL'],
  ['an action by a closed channel', "action_code <> 'none'", 'NOT channel = ANY (eligible_channels)'],
  ['no consent with an open channel', "suppressed_reason = 'no_consent'", 'cardinality(eligible_channels) > 0'],
  [
    'another basis than that of the arm',
    'true',
    `decision_basis <> CASE WHEN experiment_arm = 'control' THEN 'control' WHEN experiment_arm = 'exploration' AND ${isScored} THEN 'exploration' ELSE 'rules_not_learned' END`,
  ],
  [
    'a certain draw',
    `decision_basis = 'exploration' AND (suppressed_reason IS NULL)`,
    'NOT (propensity > 0 AND propensity < 1)',
  ],
  ['an uncertain rule', "decision_basis <> 'exploration'", 'propensity IS DISTINCT FROM 1'],
  [
    'fewer contacts than one in the days of the last',
    "last_contact_at > data_cutoff_at - interval '29 days'",
    'contacts_30d = 0',
  ],
]
