import { decisionSection } from './decision-section.ts'
import { headlineSection } from './headline-section.ts'
import { healthSections } from './health-section.ts'
import { modelSection } from './model-section.ts'
import { qualitySections } from './quality-section.ts'
import type { ReportData } from './report-data.ts'
import { sourceSection } from './source-section.ts'
import { style } from './style.ts'
import { escapeText } from './svg.ts'

/** The report as one HTML file that needs nothing from outside: inline style and charts, no script. Pure. */
export function reportPage(data: ReportData): string {
  const name = `Churn scores of ${data.day}`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(name)}</title><style>${style}</style></head>
<body><main>
<h1>${escapeText(name)}</h1>
<p class="note">Who is likely to leave within 30 days, and how far that can be relied on.</p>
${[headlineSection(data), qualitySections(data), healthSections(data), sourceSection(data), decisionSection(data), modelSection(data)].join('\n')}
<footer>Due: the promised end lies within 30 days. Undecided: auto-renewal is on and nothing is cancelled. Accounts that were contacted may have stayed because of it, which makes probabilities look too high.</footer>
</main></body></html>
`
}
