/** For reading: one column, the contents beside it, dark where the reader's system is. */
export const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.55 system-ui, sans-serif; margin: 0; display: grid; grid-template-columns: 15rem 1fr; }
nav { padding: 2rem 1rem; display: flex; flex-direction: column; gap: .4rem; position: sticky; top: 0; align-self: start; }
nav a { color: inherit; text-decoration: none; padding: .1rem .6rem; border-left: 2px solid transparent; }
nav a[aria-current] { border-color: currentColor; font-weight: 600; }
main { padding: 1rem 2rem 4rem; max-width: 54rem; min-width: 0; }
pre { background: var(--soft); padding: .8rem 1rem; overflow-x: auto; border-radius: .4rem; }
code { font: .9em ui-monospace, monospace; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
td, th { border: 1px solid var(--line); padding: .3rem .6rem; vertical-align: top; text-align: left; }
img { max-width: 100%; }
@media (max-width: 50rem) { body { grid-template-columns: 1fr; } nav { position: static; } }
`
