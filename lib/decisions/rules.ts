import type { ScoredAccount } from './candidate.ts'
import type { Offers, Rule } from './offers.ts'
import { type Option, unfit } from './options.ts'

/** What the rules want: an option with the rule that chose it, or why none. */
export type Choice =
  | { readonly option: Option; readonly rule: string }
  | { readonly option: null; readonly suppressed: 'low_risk' | 'no_fitting_offer' | 'no_gain' }

/**
 * The first rule that holds and whose offer is among the options, by the first of its channels that is open. A rule whose
 * option would cost as much as it is expected to bring is passed over.
 */
export function chooseByRules(scored: ScoredAccount, options: readonly Option[], { rules }: Offers): Choice {
  let found = false
  for (const rule of rules) {
    if (!holds(rule, scored)) continue
    for (const channel of rule.channels) {
      const option = options.find((one) => one.offer.code === rule.offer && one.channel === channel)
      if (option === undefined) continue
      found = true
      if (option.gainKopecks > option.costKopecks) return { option, rule: rule.name }
    }
  }
  return { option: null, suppressed: found ? 'no_gain' : unfit(scored) }
}

function holds({ when }: Rule, scored: ScoredAccount): boolean {
  return (
    (when.segments?.includes(scored.segment) ?? true) &&
    (when.lifecycles?.includes(scored.lifecycle) ?? true) &&
    (when.risk_bands?.includes(scored.riskBand) ?? true) &&
    (when.families?.some((family) => scored.families.includes(family)) ?? true) &&
    (when.auto_renew === undefined || when.auto_renew === scored.autoRenew)
  )
}
