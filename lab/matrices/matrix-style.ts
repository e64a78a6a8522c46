/** What pages with a matrix need besides the style of a report. */
export const matrixStyle = `
.matrix { width: auto; font-size: 0.8125rem; }
.matrix th, .matrix td { padding: 3px 6px; border: 1px solid var(--grid); }
.matrix tbody th { text-align: right; white-space: nowrap; color: var(--ink); font-weight: 500; }
.matrix td { min-width: 26px; text-align: center; }
.matrix .slanted { height: 170px; vertical-align: bottom; border: 0; padding: 0 4px 6px; }
.matrix .slanted span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
.matrix td.held, .matrix td.degraded, .matrix td.refused, .matrix td.broken, .matrix td.inconclusive { color: #fff; background: var(--tone); }
.matrix td.none { color: var(--soft); }
.matrix td a { color: inherit; text-decoration: none; display: block; }
.matrix td a:hover, .matrix td a:focus { text-decoration: underline; }
.degraded { --tone: #7c8a1d; } .refused { --tone: #b0681b; } .matrix .inconclusive, td .inconclusive, .card .inconclusive { --tone: #68717f; }
@media (max-width: 640px) { .matrix { font-size: 0.72rem; } .matrix th, .matrix td { padding: 3px 4px; } }
main:has(.matrix) { max-width: 1800px; }
a { color: var(--connect); }
`
