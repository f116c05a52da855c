/** The page's own style: no fonts, no scripts, light and dark as the reader has it. */
export const STYLE = `
:root { --fail: #b3261e; --warn: #8a5a00; --inconclusive: #7b3fa0; --pass: #1b6e3c; --not-applicable: #666; --back: #fff; --fore: #1c1c1c; --line: #d8d8d8; --soft: #f5f5f5; }
@media (prefers-color-scheme: dark) { :root { --fail: #ff8a80; --warn: #ffc04d; --inconclusive: #d7a6ff; --pass: #6fd896; --not-applicable: #9a9a9a; --back: #161616; --fore: #e6e6e6; --line: #3a3a3a; --soft: #202020; } }
body { background: var(--back); color: var(--fore); font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem; }
h1 { margin: 0; font-size: 1.6rem; } h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
code, pre { font: 13px/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
a { color: inherit; } .small { opacity: .7; font-size: .85rem; } .counts span { margin-right: .6rem; }
.check { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; padding: .3rem .7rem; }
.check > summary { cursor: pointer; } .mark { font-weight: 600; }
.outcome { border-top: 1px solid var(--line); margin-top: .5rem; } .outcome p { margin: .4rem 0; }
dl { display: grid; grid-template-columns: 6rem 1fr; gap: .15rem .8rem; margin: .3rem 0; } dt { opacity: .7; } dd { margin: 0; }
pre { background: var(--soft); border-radius: 6px; overflow-x: auto; padding: .6rem; white-space: pre-wrap; }
.fail > summary .mark, .fail > p .mark, span.fail .mark { color: var(--fail); }
.warn > summary .mark, .warn > p .mark, span.warn .mark { color: var(--warn); }
.inconclusive > summary .mark, .inconclusive > p .mark, span.inconclusive .mark { color: var(--inconclusive); }
.pass > summary .mark, .pass > p .mark, span.pass .mark { color: var(--pass); }
.not-applicable > summary .mark, .not-applicable > p .mark, span.not-applicable .mark { color: var(--not-applicable); }
.stderr, .event { opacity: .65; }
`;
