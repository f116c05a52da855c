import { paletteCss } from './palette.js';

/** The page's style sheet. */
export const css: string = `${paletteCss()}
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1120px;margin:0 auto;padding:14px 16px 64px}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 4px}
h2{font-size:1.25rem;margin:48px 0 4px}
h3{font-size:1rem;margin:20px 0 8px}
p{margin:4px 0 12px}
.answer{font-size:1.15rem;font-weight:650;margin:8px 0 0}
section.first h2{margin-top:10px}
.answers{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr));gap:12px;margin:8px 0}
.situation{background:var(--card);border-radius:12px;padding:12px 14px;min-width:0;display:flex;flex-direction:column}
.situation span{font-size:.85rem;color:var(--muted)}
.situation>b{font-size:1.25rem;color:var(--own);line-height:1.3}
.situation p{font-size:.85rem;margin:4px 0 8px}
dl{margin:auto 0 0;font-size:.8rem}
dl div{display:flex;gap:12px;justify-content:space-between;border-top:1px solid var(--line);padding:3px 0}
dt{color:var(--muted)}
dd{margin:0;font-weight:600;white-space:nowrap;font-variant-numeric:tabular-nums}
table.features{min-width:860px;table-layout:fixed;width:100%}
table.features td:first-child,table.features th:first-child{width:9em}
table.features td{padding-right:16px}
table.features small{color:var(--muted);overflow-wrap:anywhere}
.muted{color:var(--muted);font-size:.9rem}
.about{color:var(--muted);max-width:75ch}
code{font:.85em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--muted);overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(215px,1fr));gap:12px;margin:20px 0}
.tile{background:var(--card);border-radius:12px;padding:14px 16px;border-left:4px solid var(--line);display:flex;flex-direction:column}
.tile.reached{border-left-color:var(--good)}
.tile.not-reached{border-left-color:var(--bad)}
.tile.undecided{border-left-color:var(--doubt)}
.tile b{font-size:1.75rem;line-height:1.15;font-variant-numeric:tabular-nums}
.tile b small{font-size:1rem;font-weight:400;color:var(--muted)}
.tile span{font-size:.9rem}
.tile i{font-style:normal;font-size:.8rem;color:var(--muted);margin-top:auto;padding-top:6px}
.cases{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,500px),1fr));gap:0 24px;align-items:start}
.case{min-width:0}
.case.wide{grid-column:1/-1}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,500px),1fr));gap:12px 24px;align-items:start}
figure{margin:0;background:var(--card);border-radius:12px;padding:12px 14px;min-width:0}
figcaption{font-size:.9rem;margin-bottom:6px}
figcaption em{font-style:normal;color:var(--muted)}
svg{display:block;max-width:100%;height:auto}
svg.narrow{display:none}
@media (max-width:560px){svg.narrow{display:block;margin:0 auto}svg.wide{display:none}h1{font-size:1.4rem}.tiles{grid-template-columns:1fr 1fr}.tile{padding:12px}.tile b{font-size:1.4rem}}
.scroll{overflow-x:auto;margin:8px 0}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;white-space:nowrap}
th,td{padding:5px 12px 5px 0;text-align:right;border-bottom:1px solid var(--line);vertical-align:bottom}
th:first-child,td:first-child{text-align:left}
th{font-weight:500;color:var(--muted)}
td.best{font-weight:700;color:var(--own)}
table.words td,table.words th{text-align:left;white-space:normal;vertical-align:top;min-width:4.5em}
table.words td.figure{text-align:right;white-space:nowrap}
details{margin:8px 0 4px}
summary{cursor:pointer;color:var(--muted);font-size:.9rem}
.chip{display:inline-block;font-size:.8rem;font-weight:600;white-space:nowrap}
.chip.reached,.chip.reproduced{color:var(--good)}
.chip.not-reached,.chip.failed{color:var(--bad)}
.chip.not-measured{color:var(--muted)}
.chip.not-reproduced,.chip.undecided,.chip.noisy,.chip.unavailable,.chip.skipped{color:var(--doubt)}
.claim{border-top:1px solid var(--line);padding:14px 0}
.claim p{margin:4px 0;max-width:80ch}
.notice{background:var(--card);border-left:4px solid var(--doubt);border-radius:8px;padding:10px 14px}
.keys{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:.85rem;color:var(--muted)}
.keys i{display:inline-block;width:.8em;height:.8em;border-radius:3px;margin-right:6px}
.key-own{background:var(--own)}.key-peer{background:var(--peer)}.key-floor{background:var(--floor)}
`;
