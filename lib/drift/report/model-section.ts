import { barChart } from './bar-chart.ts'
import { title } from './headline-section.ts'
import type { ReportData, SegmentReport } from './report-data.ts'
import { countText, figure, percentText, section, table } from './words.ts'

/** Which models are in force, and what they go by. */
export function modelSection(data: ReportData): string {
  const rows = data.segments.map(({ segment, model }) => [
    segment,
    model.version,
    model.trainedUntil,
    `${model.tested.from} to ${model.tested.to}`,
    countText(model.trainingRows),
    String(model.trees),
    model.failedGates.length === 0 ? 'all passed' : model.failedGates.join('; '),
  ])
  const head = ['segment', 'version', 'trained until', 'tested on', 'training rows', 'trees', 'gates']
  return section(
    'models',
    'The models in force',
    'One model for trial, one for paid accounts, trained anew each month; a new one takes over only when it passes the gates. The bars show what each goes by most.',
    table('models-table', head, rows) +
      `<div class="pair">${data.segments.map((segment) => `<div>${importanceFigure(segment)}</div>`).join('')}</div>`,
  )
}

function importanceFigure({ segment, model }: SegmentReport): string {
  const bars = model.importance.map(({ title: name, share }) => ({
    name,
    value: share,
    text: percentText(share),
    tone: 1,
  }))
  return figure(
    title(segment),
    barChart({ label: `Weights, ${segment}`, bars, marks: [] }),
    'The model has no feature.',
  )
}
