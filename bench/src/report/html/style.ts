import { paletteCss } from './palette.js';

/** The page's style sheet. */
export const css: string = `${paletteCss()}
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1120px;margin:0 auto;padding:14px 16px 64px}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 4px}
h2{font-size:1.5rem;margin:56px 0 4px;padding-top:12px;border-top:2px solid var(--line)}
h3{font-size:1.2rem;margin:34px 0 4px}
h4{font-size:1rem;margin:18px 0 8px}
p{margin:4px 0 12px}
.answer{font-size:1.15rem;font-weight:650;margin:8px 0 0}
section.first h2{margin-top:10px;padding-top:0;border:0;font-size:1.25rem}
nav{display:flex;flex-wrap:wrap;gap:0 14px;margin:8px 0 0;font-size:.85rem}
a{color:var(--own);padding:3px 0}
:focus-visible{outline:2px solid var(--own);outline-offset:2px}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.answers{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr));gap:10px;margin:8px 0}
.situation{background:var(--card);border-radius:12px;padding:10px 14px;min-width:0;display:flex;flex-direction:column}
.situation.more{background:none;font-size:.85rem;color:var(--muted);justify-content:center;margin:0}
.situation span{font-size:.85rem;color:var(--muted)}
.situation>b{font-size:1.25rem;color:var(--own);line-height:1.3}
.situation p{font-size:.85rem;margin:2px 0 0;line-height:1.4}
table.sides{width:100%;font-size:.88rem}
table.sides td,table.sides th{padding:3px 0 3px 14px;vertical-align:baseline}
table.sides th:first-child,table.sides td:first-child{padding-left:0;white-space:normal;color:var(--muted)}
table.sides thead th{font-weight:650;color:var(--ink)}
table.sides td.is{font-weight:600}
table.sides span{white-space:nowrap}
table.sides td.none,table.sides small{color:var(--muted);font-weight:400}
table.features{min-width:860px;table-layout:fixed;width:100%}
table.features td:first-child,table.features th:first-child{width:9em}
table.features td{padding-right:16px}
table.features tbody th{font-weight:700}
table.features details{margin:0}
table.features summary{font-size:.8rem}
table.features small{color:var(--muted);overflow-wrap:anywhere}
.muted{color:var(--muted);font-size:.9rem}
.about{color:var(--muted);max-width:75ch}
code{font:.85em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--muted);overflow-wrap:anywhere}
code.name{white-space:nowrap}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(215px,1fr));gap:12px;margin:20px 0}
.tile{background:var(--card);border-radius:12px;padding:14px 16px;border-left:4px solid var(--line);display:flex;flex-direction:column}
.tile.reached{border-left-color:var(--good)}
.tile.not-reached{border-left-color:var(--bad)}
.tile.undecided{border-left-color:var(--doubt)}
.tile b{font-size:1.75rem;line-height:1.15;font-variant-numeric:tabular-nums}
.tile b small{white-space:nowrap;font-size:1rem;font-weight:400;color:var(--muted)}
.tile span{font-size:.9rem}
.tile i{font-style:normal;font-size:.8rem;color:var(--muted);margin-top:auto;padding-top:6px}
.cases{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,500px),1fr));gap:0 24px;align-items:start}
.case{min-width:0}
.case.wide{grid-column:1/-1}
.case.wide>.charts{columns:2 440px;column-gap:24px}
figure{margin:0 0 12px;break-inside:avoid;background:var(--card);border-radius:12px;padding:12px 14px;min-width:0}
figcaption{font-size:.9rem;margin-bottom:6px}
figcaption em{font-style:normal;color:var(--muted)}
svg{display:block;max-width:100%;height:auto}
svg.narrow{display:none}
@media (max-width:560px){svg.narrow{display:block;margin:0 auto}svg.wide{display:none}h1{font-size:1.4rem}h2{margin-top:40px}table.sides{font-size:.8rem}table.sides td,table.sides thead th{padding-left:8px;white-space:normal}table.sides small{display:block;font-size:.7rem}a{padding:6px 0}.tiles{grid-template-columns:1fr 1fr}.tile{padding:12px}.tile b{font-size:1.4rem}}
.scroll{overflow-x:auto;margin:8px 0;position:relative}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;white-space:nowrap}
th,td{padding:5px 12px 5px 0;text-align:right;border-bottom:1px solid var(--line);vertical-align:bottom}
th:first-child,td:first-child{text-align:left}
th{font-weight:500;color:var(--muted)}
tbody th{font-weight:400;color:var(--ink)}
table.loads td:nth-child(-n+3),table.loads th:nth-child(-n+3){text-align:left}
thead th{white-space:normal;max-width:8.5em}
th[scope=row] .muted{display:inline-block;white-space:normal;max-width:18em;font-size:.8rem;line-height:1.3}
td.best{font-weight:700;color:var(--own)}
table.words td,table.words th{text-align:left;white-space:normal;vertical-align:top;min-width:4.5em}
table.words .figure{text-align:right;white-space:nowrap}
details{margin:8px 0 4px}
summary{position:relative;cursor:pointer;color:var(--muted);font-size:.9rem}
.chip{display:inline-block;font-size:.8rem;font-weight:600;white-space:nowrap}
.chip.reached,.chip.reproduced{color:var(--good)}
.chip.not-reached,.chip.failed{color:var(--bad)}
.chip.not-measured{color:var(--muted)}
.chip.not-reproduced,.chip.undecided,.chip.noisy,.chip.unavailable,.chip.skipped{color:var(--doubt)}
.claim{border-top:1px solid var(--line);padding:14px 0}
.claim h4{margin:0}
.claim .chip{font-size:.8rem}
.claim p{margin:4px 0;max-width:80ch}
.claim ul{margin:4px 0;padding-left:1.2em;font-size:.9rem;color:var(--muted)}
table.measured{white-space:normal}
table.measured th{min-width:11em}
table.measured td{white-space:nowrap}
.notice{background:var(--card);border-left:4px solid var(--doubt);border-radius:8px;padding:10px 14px}
.keys{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:.85rem;color:var(--muted)}
.keys i{display:inline-block;width:.8em;height:.8em;border-radius:3px;margin-right:6px}
.key-own{background:var(--own)}.key-peer{background:var(--peer)}.key-floor{background:var(--floor)}
@media print{:root{color-scheme:light}body{font-size:11pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}main{max-width:none;padding:0}nav{display:none}svg.narrow{display:none}svg.wide{display:block}figure,.tile,.situation,.claim,tr{break-inside:avoid}h2,h3,h4,figcaption{break-after:avoid}.scroll{overflow:visible}table{white-space:normal}table.features{min-width:0}}
`;
