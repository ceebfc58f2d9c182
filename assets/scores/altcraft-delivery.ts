import { effectAsset, through, trailing } from '../../lib/graph/index.ts'
import { accounts } from '../raw/accounts.ts'
import { contacts } from '../raw/contacts.ts'
import { subscriptions } from '../raw/subscriptions.ts'
import { scoreDays } from '../service.ts'
import { altcraftProfiles } from './altcraft-profiles.ts'
import { deliverDecisions } from './deliver-decisions.ts'

/** Decisions handed to the marketing platform, once a day, the newest alone. */
export const altcraftDelivery = effectAsset({
  key: 'scores/altcraft_delivery',
  description: 'Delivery of changed decisions to Altcraft; written down only, unless ALTCRAFT_MODE is live.',
  kinds: ['altcraft'],
  partitions: scoreDays,
  deps: {
    profiles: altcraftProfiles,
    accounts: through(accounts, trailing({ days: 'all' })),
    contacts: through(contacts, trailing({ days: 'all' })),
    changes: through(subscriptions, trailing({ days: 'all' })),
  },
  act: deliverDecisions,
})
