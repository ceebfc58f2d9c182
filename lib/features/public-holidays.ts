/**
 * Public holidays of Russia, in every year covered: article 112 of the Labour Code. Days off that the government moves
 * to other dates by a yearly decree are not among them, since the decree is not known long before.
 */
export const publicHolidays = {
  firstYear: 2024,
  lastYear: 2027,
  days: [
    { from: '01-01', to: '01-06', ru: 'Новогодние каникулы', en: 'New Year holidays' },
    { from: '01-07', to: '01-07', ru: 'Рождество Христово', en: 'Christmas' },
    { from: '01-08', to: '01-08', ru: 'Новогодние каникулы', en: 'New Year holidays' },
    { from: '02-23', to: '02-23', ru: 'День защитника Отечества', en: 'Defender of the Fatherland Day' },
    { from: '03-08', to: '03-08', ru: 'Международный женский день', en: "International Women's Day" },
    { from: '05-01', to: '05-01', ru: 'Праздник Весны и Труда', en: 'Spring and Labour Day' },
    { from: '05-09', to: '05-09', ru: 'День Победы', en: 'Victory Day' },
    { from: '06-12', to: '06-12', ru: 'День России', en: 'Russia Day' },
    { from: '11-04', to: '11-04', ru: 'День народного единства', en: 'National Unity Day' },
  ],
} as const

const dayMs = 86_400_000

/** All holidays of the covered years as YYYY-MM-DD, in order. */
export function holidayDates(): readonly string[] {
  const { firstYear, lastYear, days } = publicHolidays
  const years = Array.from({ length: lastYear - firstYear + 1 }, (_, i) => firstYear + i)
  return years.flatMap((year) =>
    days.flatMap(({ from, to }) => {
      const first = Date.parse(`${year}-${from}`)
      const length = (Date.parse(`${year}-${to}`) - first) / dayMs + 1
      return Array.from({ length }, (_, i) => new Date(first + i * dayMs).toISOString().slice(0, 10))
    }),
  )
}
