import { verdicts } from '../base/verdict.ts'

/** Styles by which the choices of the index hide rows; it needs no script, and the page allows none. */
export function filterStyle(experiments: readonly string[]): string {
  const rules = [
    ...experiments.map((name, i) =>
      hide('by-experiment', i, `[data-experiment="${quoted(name)}"]`),
    ),
    ...verdicts.map((verdict, i) => hide('by-verdict', i, `.${verdict}`)),
    hide('by-kind', 0, '[data-kind="as-it-is"]'),
    hide('by-kind', 1, '[data-kind="changed"]'),
  ]
  return `${rules.join('')}
a { color: var(--connect); }
.filters { display: flex; flex-wrap: wrap; gap: 8px 20px; margin-bottom: 12px; }
.filters select { font: inherit; max-width: 100%; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: 3px 6px; }
.runs td { overflow-wrap: anywhere; }
.runs td:nth-child(-n+3), .runs td.n { white-space: nowrap; }
.runs td:nth-child(4) { min-width: 8rem; } .runs td:last-child { min-width: 18rem; }
td .word { font-size: 0.8rem; }
@media (max-width: 640px) {
  .cards thead { display: none; }
  .cards tr { display: flex; flex-wrap: wrap; gap: 2px 10px; padding: 8px 0; border-bottom: 1px solid var(--grid); }
  .cards td:nth-child(n) { border: 0; padding: 0; white-space: normal; min-width: 0; }
  .cards td:empty { display: none; }
  .cards td:last-child:nth-child(n) { flex-basis: 100%; }
  .standings td:nth-child(3)::before { content: "last green "; color: var(--soft); }
}
@media print { .filters { display: none; } }
`
}

function hide(choice: string, value: number, rows: string): string {
  return `body:has(#${choice} option[value="${value}"]:checked) .run:not(${rows}) { display: none; }\n`
}

/** A name of a folder is anything: within a style it is a string, and can end neither it nor the style. */
function quoted(name: string): string {
  return name.replace(/[^\w-]/g, char => `\\${char.codePointAt(0)?.toString(16)} `)
}
