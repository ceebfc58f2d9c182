/**
 * The page's style. Colours are Okabe and Ito's, which people with colour blindness can tell apart; lines differ by their
 * dashes too, so that a grey print still reads.
 */
export const style = `
:root { color-scheme: light dark; --paper:#ffffff; --ink:#1c2430; --soft:#5a6675; --rule:#d8dde4; --panel:#f5f7fa;
  --good:#00735c; --act:#b3261e; --watch:#8a5a00;
  --t1:#0072b2; --t2:#d55e00; --t3:#009e73; --t4:#b6568c; --t5:#c98a00; --t6:#7a8696; }
@media (prefers-color-scheme: dark) { :root { --paper:#14181e; --ink:#e6eaf0; --soft:#a3aebb; --rule:#353e4a; --panel:#1d232b;
  --good:#4fd1ae; --act:#ff8a80; --watch:#f2c14e;
  --t1:#56b4e9; --t2:#ff8c42; --t3:#3fcf9f; --t4:#e08cbd; --t5:#f0b93a; --t6:#94a1b2; } }
@media print { :root { color-scheme: light; --paper:#ffffff; --ink:#000000; --soft:#444444; --rule:#bbbbbb; --panel:#ffffff;
  --good:#00573f; --act:#8c1d18; --watch:#6b4600;
  --t1:#0072b2; --t2:#d55e00; --t3:#009e73; --t4:#b6568c; --t5:#c98a00; --t6:#7a8696; }
  section, .card, figure { break-inside: avoid; } details > summary { display: none; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; margin: 0 0 2px; } h2 { font-size: 19px; margin: 38px 0 2px; } h3 { font-size: 15px; margin: 12px 0 2px; }
p { margin: 4px 0 10px; } .note { color: var(--soft); max-width: 860px; }
.banner { border-left: 6px solid var(--good); background: var(--panel); padding: 12px 16px; margin: 16px 0; border-radius: 4px; }
.banner.act { border-color: var(--act); } .banner.watch { border-color: var(--watch); } .banner strong { font-size: 17px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(330px, 1fr)); gap: 14px; }
.card { background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: 12px 16px; }
.figures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 6px 14px; margin-top: 6px; }
.figures dt { color: var(--soft); font-size: 12.5px; line-height: 1.3; } .figures dd { margin: 0; font-size: 21px; font-weight: 600; }
.figures dd.words { font-size: 15px; line-height: 1.7; }
.figures dd small { display: block; font-size: 12px; font-weight: 400; color: var(--soft); line-height: 1.3; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(430px, 1fr)); gap: 10px 26px; }
figure { margin: 0; } svg { width: 100%; height: auto; display: block; }
ul.alerts { list-style: none; margin: 8px 0 0; padding: 0; } ul.alerts li { padding: 5px 0; border-top: 1px solid var(--rule); }
.tag { display: inline-block; min-width: 68px; font-size: 12px; font-weight: 700; text-transform: uppercase; }
.tag.act { color: var(--act); } .tag.watch { color: var(--watch); }
table { border-collapse: collapse; margin: 6px 0 10px; font-variant-numeric: tabular-nums; } caption { text-align: left; color: var(--soft); font-size: 13px; }
th, td { text-align: right; padding: 3px 14px 3px 0; border-bottom: 1px solid var(--rule); white-space: nowrap; } th { font-weight: 600; color: var(--soft); font-size: 13px; }
th:first-child, td:first-child { text-align: left; } .scroll { overflow-x: auto; }
details { margin: 6px 0; } summary { cursor: pointer; color: var(--soft); font-size: 13.5px; }
svg text { fill: var(--soft); font-size: 12px; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; } svg text.name { fill: var(--ink); font-size: 12.5px; }
svg .grid { stroke: var(--rule); stroke-width: 1; } svg .axis { stroke: var(--soft); } svg .ideal { stroke: var(--soft); stroke-dasharray: 5 4; }
svg .mark { stroke: var(--soft); stroke-dasharray: 3 3; } svg .line { fill: none; stroke: var(--tone); stroke-width: 2.2; }
svg .band { fill: var(--tone); opacity: .16; } svg .whisker { stroke: var(--tone); stroke-width: 1.6; opacity: .7; }
svg .dot { fill: var(--tone); } svg .bar { fill: var(--tone); }
${[1, 2, 3, 4, 5, 6].map((tone) => `.tone${tone} { --tone: var(--t${tone}); }`).join(' ')}
svg .line.tone2 { stroke-dasharray: 7 4; } svg .line.tone3 { stroke-dasharray: 2 4; } svg .line.tone4 { stroke-dasharray: 9 3 2 3; }
footer { margin-top: 40px; color: var(--soft); font-size: 13px; }
`
