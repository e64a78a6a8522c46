/** The look of a report: light and dark, from a phone to a wide screen, and on paper. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b2230; --soft: #5c6675; --line: #c9ced6; --grid: #e6e9ee;
  --ok: #3a9d78; --fail: #e2a52b; --info: #8a78c9; --bad: #cc3d3d; --connect: #3572b8;
  --p50: #3572b8; --p95: #c2571a; --p99: #8a3d7c;
  --fault-0: #c65353; --fault-1: #3d6fb0; --fault-2: #8a5a12; --fault-3: #7a4aa0; --fault-4: #1f7a6c; --on-fault: #ffffff; --up: #cfe4da;
  --phase-0: #d8dee8; --phase-1: #e8ecf2; --code: #eef1f5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161d; --card: #1a2029; --ink: #e4e8ef; --soft: #9aa5b5; --line: #3c4655; --grid: #2a323e;
    --ok: #3fae86; --fail: #d9a23a; --info: #9d8ce0; --bad: #ef6b6b; --connect: #6aa5e6;
    --p50: #6aa5e6; --p95: #f0955c; --p99: #d58bc6;
    --fault-0: #c25a5a; --fault-1: #5b8ed0; --fault-2: #b98a3c; --fault-3: #9a72c4; --fault-4: #3f9d8d; --on-fault: #ffffff; --up: #26473b;
    --phase-0: #303a49; --phase-1: #262e3a; --code: #12161d;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
main { max-width: 1160px; margin: 0 auto; padding: 20px 16px 60px; }
h1 { font-size: 1.65rem; line-height: 1.25; margin: 12px 0 6px; text-wrap: balance; }
h2 { font-size: 1.15rem; margin: 34px 0 10px; }
h3 { font-size: 1rem; margin: 0; }
p { margin: 4px 0; }
h2 { break-after: avoid; }
.soft { color: var(--soft); }
.small { font-size: 0.875rem; }
.card { background: var(--card); border: 1px solid var(--grid); border-radius: 8px; padding: 14px 16px; margin: 0 0 12px; }
.top { border-top: 6px solid var(--tone); padding: 18px 20px; }
.word { display: inline-block; font-weight: 700; color: #fff; background: var(--tone); border-radius: 4px; padding: 1px 10px; }
.top > .word { font-size: 1.15rem; padding: 3px 14px; }
.held, .valid { --tone: #23805c; }
.broken, .invalid, .error { --tone: #bb2f2f; }
.not-restored { --tone: #a13c86; }
.inconclusive, .unknown { --tone: #8a6410; }
.reasons { list-style: none; margin: 14px 0 0; padding: 0; }
.reasons li { padding: 7px 0 7px 12px; border-left: 3px solid var(--tone); margin: 6px 0; overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 26px; margin: 14px 0 0; }
.facts div { min-width: 0; }
.facts dt { font-size: 0.8rem; color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.check { border-left: 5px solid var(--tone); }
.check header { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; }
.figures { display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 8px 0 0; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { font-size: 0.8rem; color: var(--soft); }
.figures dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
.valid .figures { margin-top: 4px; gap: 0 16px; font-size: 0.875rem; }
.valid .figures div { flex-direction: row-reverse; gap: 5px; align-items: baseline; }
.check.valid { padding-top: 9px; padding-bottom: 9px; }
.evidence { margin-top: 10px; }
summary { cursor: pointer; }
pre, code { font: 0.8125rem/1.55 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
pre { background: var(--code); border-radius: 6px; padding: 10px 12px; margin: 8px 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
pre span { display: block; padding-left: 3ch; text-indent: -3ch; }
figure { margin: 0; }
figure + figure { margin-top: 10px; }
figcaption { font-size: 0.875rem; color: var(--soft); display: flex; flex-wrap: wrap; gap: 2px 16px; align-items: center; }
figcaption b { color: var(--ink); font-weight: 600; }
.key::before { content: ""; display: inline-block; width: 12px; height: 12px; border-radius: 2px; background: var(--hue); margin-right: 6px; vertical-align: -1px; }
.ok { --hue: var(--ok); } .fail { --hue: var(--fail); } .info { --hue: var(--info); } .bad { --hue: var(--bad); }
.connect { --hue: var(--connect); } .p50 { --hue: var(--p50); } .p95 { --hue: var(--p95); } .p99 { --hue: var(--p99); }
.band-0 { --hue: var(--fault-0); } .band-1 { --hue: var(--fault-1); } .band-2 { --hue: var(--fault-2); } .band-3 { --hue: var(--fault-3); } .band-4 { --hue: var(--fault-4); }
.up { --hue: var(--up); } .starting { --hue: var(--phase-0); } .hurt { --hue: var(--bad); } .whole { --hue: var(--line); }
.hover rect { fill: var(--ink); opacity: 0; } .hover rect:hover { opacity: 0.12; }
.topology text { font-size: 12px; text-anchor: middle; fill: var(--ink); }
.topology .link { fill: none; stroke: var(--line); stroke-width: 1.3; } .topology .link.hurt { stroke: var(--bad); stroke-width: 2.6; }
.topology .link:hover { stroke-width: 4; }
.topology .part rect { fill: var(--phase-1); stroke: var(--line); } .topology .part.hurt rect { fill: var(--bad); stroke: var(--bad); } .topology .part.hurt text { fill: #fff; }
.story { list-style: none; margin: 8px 0 0; padding: 8px 12px; background: var(--code); border-radius: 6px; font-size: 0.875rem; }
.story li { display: grid; grid-template-columns: 6.5rem minmax(8rem, 14rem) 1fr; gap: 0 14px; padding: 1px 0; overflow-wrap: anywhere; }
.story .n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); } .story .where { color: var(--soft); }
.story .client { font-weight: 600; } .story .fault { color: var(--bad); } .story .failed { color: var(--bad); }
svg { display: block; width: 100%; height: auto; }
.wide { display: block; } .narrow { display: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 0.8rem; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
.wires td, .wires th { white-space: nowrap; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.yes { color: #23805c; } .no { color: var(--bad); font-weight: 600; } .bent { color: var(--soft); }
@media (prefers-color-scheme: dark) { .yes { color: #54c398; } }
@media (max-width: 640px) {
  .wide { display: none; } .narrow { display: block; }
  main { padding: 10px 10px 40px; } .card { padding: 12px; } h1 { font-size: 1.3rem; }
  .story { padding: 8px; } .story li { grid-template-columns: 5.4rem 1fr; padding: 3px 0; } .story li > :last-child { grid-column: 2; }
}
@media print {
  :root { --page: #fff; --card: #fff; }
  body { font-size: 12px; } main { max-width: none; padding: 0; }
  .card { break-inside: avoid; } .card:has(pre) { break-inside: auto; }
  details::details-content { content-visibility: visible; block-size: auto; }
  * { print-color-adjust: exact; }
}
`
