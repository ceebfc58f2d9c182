/** What a report comes to. */
export interface ReportSummary {
  readonly day: string
  readonly file: string
  readonly segments: readonly {
    readonly segment: string
    readonly model: string
    readonly judgedBy: 'live' | 'backtest'
    readonly rocAuc: { readonly value: number; readonly low: number; readonly high: number } | null
    readonly weightedPsi: number
  }[]
  readonly alerts: readonly { readonly severity: 'act' | 'watch'; readonly text: string }[]
  readonly parity: { readonly compared: number; readonly differing: number }
}

/** The summary for a terminal: where the page is, what is wrong, how good the scores are. */
export function reportText({ day, file, segments, alerts, parity }: ReportSummary): string {
  const act = alerts.filter(({ severity }) => severity === 'act')
  const quality = segments.map(({ segment, judgedBy, rocAuc, weightedPsi }) => {
    const auc = rocAuc
      ? `${rocAuc.value.toFixed(3)} (${rocAuc.low.toFixed(3)} - ${rocAuc.high.toFixed(3)})`
      : 'not known yet'
    return `  ${segment.padEnd(8)} ROC-AUC ${auc}, ${judgedBy === 'live' ? 'of scores given out' : 'by backtest'}; drift ${weightedPsi.toFixed(3)}`
  })
  return [
    `Report of ${day}: ${file}`,
    ...quality,
    `  parity   ${parity.differing} differences among ${parity.compared} accounts`,
    act.length === 0
      ? `Healthy; ${alerts.length} to watch.`
      : `${act.length} to act on, ${alerts.length - act.length} to watch:`,
    ...act.map(({ text }) => `  - ${text}`),
  ].join('\n')
}
