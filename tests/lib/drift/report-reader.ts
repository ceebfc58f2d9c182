/** Rows of a table of a report, by their headings. */
export function tableOf(page: string, id: string): Record<string, string>[] {
  const from = page.indexOf(`<table id="${id}">`)
  if (from < 0) throw new Error(`the page has no table ${id}`)
  const html = page.slice(from, page.indexOf('</table>', from))
  const cells = (row: string): string[] =>
    [...row.matchAll(/<t[hd]>(.*?)<\/t[hd]>/g)].map(([, text]) => unescaped(text!))
  const [head, ...rows] = [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row]) => cells(row!))
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [head![i]!, cell])))
}

/** What a reader reads: no tags, no style. */
export function textOf(page: string): string {
  return unescaped(page.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ')
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}
