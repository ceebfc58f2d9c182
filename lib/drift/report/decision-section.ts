import type { ReportData } from './report-data.ts'
import { countText, percentText, section, table } from './words.ts'

/** What is done about the scores: decisions by their basis. */
export function decisionSection({ decisions }: ReportData): string {
  const all = decisions.reduce((sum, { accounts }) => sum + accounts, 0)
  const rows = decisions.map(({ basis, action, accounts }) => [
    basis.replaceAll('_', ' '),
    action.replaceAll('_', ' '),
    countText(accounts),
    percentText(accounts / all),
  ])
  return section(
    'decisions',
    'What is done about it',
    'Accounts by the action chosen for them. Rules not learned: by rules whose gains are assumed. Exploration: drawn at random, to learn what works. Control: never contacted, to know what contacting is worth.',
    rows.length === 0
      ? '<p class="note">No decision was made.</p>'
      : table('decisions-table', ['basis', 'action', 'accounts', 'share'], rows),
  )
}
