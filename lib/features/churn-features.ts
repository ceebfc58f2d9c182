import { accountFeatures, calendarFeatures } from './churn/account.ts'
import { behaviourFeatures } from './churn/behaviour.ts'
import { billingFeatures } from './churn/billing.ts'
import { viewingFeatures } from './churn/viewing.ts'
import type { Feature } from './feature.ts'

export { accountFeatures, behaviourFeatures, billingFeatures, calendarFeatures, viewingFeatures }

/** All features that are declared. */
export const churnFeatures: readonly Feature[] = [
  ...viewingFeatures,
  ...billingFeatures,
  ...behaviourFeatures,
  ...accountFeatures,
  ...calendarFeatures,
]
