const reason = (nth: number) =>
  ['code', 'family', 'text_ru', 'text_en', 'direction', 'value', 'points'].map((part) => `reason_${nth}_${part}`)

const words = (text: string): string[] => text.trim().split(/\s+/)

/** What was agreed with readers: relations of the schema and the columns that they have at least. */
export const contract: Readonly<Record<string, readonly string[]>> = {
  churn_scores: [
    ...words(`user_id snapshot_day data_cutoff_at scored_at valid_until score_status status_reason segment lifecycle
      churn_probability probability_low probability_high raw_margin risk_decile risk_percentile risk_band
      probability_payment_failure probability_choice due_in_horizon undecided
      probability_yesterday change change_cause days_at_high_risk
      plan_code plan_days price_kopecks payment_channel platform_main
      tenure_days spell_no current_end days_to_end auto_renew cancel_requested_at
      last_view_at active_days_30 value_90d_kopecks revenue_at_risk_kopecks`),
    ...[1, 2, 3].flatMap(reason),
    ...words(`actionable_reason_code action_code offer_code channel uplift uplift_low uplift_high
      expected_gain_kopecks action_cost_kopecks decision_basis propensity decision_id experiment_arm
      eligible_channels suppressed_reason last_contact_at contacts_30d
      model_version feature_version mart_run_id`),
  ],
  churn_outcomes: words('user_id snapshot_day y cause lapse_at returned_at matured_at revised'),
  contacts: words('decision_id sent_at delivered_at opened_at clicked_at redeemed_at'),
  model_quality_daily: words('snapshot_day segment model_version roc_auc'),
  dictionary_reason: words('code family title_ru title_en'),
  dictionary_offer: words('code action_code title_ru title_en'),
  dictionary_model: words('model_version segment month trained_until is_champion roc_auc roc_auc_low roc_auc_high'),
  mart_status: words('snapshot_day state stale_since blocked_by'),
  expected_lapses: words('snapshot_day segment expected_lapses revenue_at_risk_kopecks'),
}
