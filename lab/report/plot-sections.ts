import type { Journal } from '../checker.ts'
import { type Size, sizes } from './chart.ts'
import { type Html, html, trusted } from './html-text.ts'
import type { RunStory } from './run-story.ts'
import { timelineChart } from './timeline-chart.ts'
import { latencyChart, outcomeChart } from './traffic-charts.ts'
import { type TrafficSeries, trafficSeries } from './traffic-series.ts'
import { wireChart } from './wire-chart.ts'
import { sum, type WireSeries, wireSeries } from './wire-series.ts'
import { inNumber } from './wording.ts'

/** When what happened, and what the traffic felt of it: all plots on one clock. */
export function plotSections(story: RunStory, journal: Journal): readonly Html[] {
  const shownMs = story.shown.toMs - story.shown.fromMs
  const span = { endMs: story.endMs, shownMs }
  const traffic = story.workloads.map(name => trafficSeries(journal, name, span))
  const wire = wireSeries(journal, span)
  return [
    html`<section><h2>What happened when</h2><div class="card">
      <figure>${bothSizes(size => timelineChart(story, size))}</figure>
      <dl class="facts">${story.phases.map(phaseLength)}</dl></div></section>`,
    ...traffic.map(series => trafficSection(story, series)),
    ...(wire.length > 0 ? [wireSection(story, wire)] : []),
  ]
}

function phaseLength({ name, fromMs, toMs }: RunStory['phases'][number]): Html {
  return html`<div><dt>${name}</dt><dd>${inNumber(Math.round((toMs - fromMs) / 10) / 100)} s</dd></div>`
}

function trafficSection(story: RunStory, series: TrafficSeries): Html {
  const { ok, fail, info } = series.totals
  const { latency } = series
  const shown = (ms: number | undefined) => (ms === undefined ? 'none' : `${inNumber(ms)} ms`)
  return html`<section><h2>Traffic: ${series.workload}</h2><div class="card">
    <figure><figcaption><b>Throughput by outcome</b>
      <span class="key ok">ok ${inNumber(ok)}</span><span class="key fail">failed ${inNumber(fail)}</span>
      <span class="key info">unknown ${inNumber(info)}</span><span class="key band">fault in force</span></figcaption>
      ${bothSizes(size => outcomeChart(story, series, size))}</figure>
    <figure><figcaption><b>Latency of ok answers, from the intended start</b>
      <span class="key p50">p50 ${shown(latency?.p50)}</span><span class="key p95">p95 ${shown(latency?.p95)}</span>
      <span class="key p99">p99 ${shown(latency?.p99)}</span></figcaption>
      ${bothSizes(size => latencyChart(story, series, size))}</figure></div></section>`
}

function wireSection(story: RunStory, links: readonly WireSeries[]): Html {
  const rows = links.map(link => {
    const codes = Object.entries(link.codes).map(([code, count]) => `${code} × ${count}`)
    return html`<tr><td>${link.link}</td><td class="n">${inNumber(sum(link.connects))}</td>
      <td class="n">${requests(link)}</td><td class="n">${inNumber(sum(link.errors))}</td>
      <td class="n">${inNumber(Math.round(link.bytes / 1024))}</td><td>${codes.join(', ')}</td></tr>`
  })
  return html`<section><h2>At the wire</h2><div class="card">
    <figure><figcaption><b>All links</b><span class="key connect">connects</span>
      <span class="key bad">errors and refusals</span></figcaption>
      ${bothSizes(size => wireChart(story, links, size))}</figure>
    <div class="scroll wires"><table><thead><tr><th>link</th><th class="n">connects</th><th class="n">requests</th>
      <th class="n">errors</th><th class="n">KiB</th><th>error codes</th></tr></thead><tbody>${rows}</tbody></table></div>
    </div></section>`
}

/** Where nothing parsed the messages, their number is not known, which is not zero. */
function requests(link: WireSeries): string {
  const count = sum(link.requests)
  return count === 0 && link.bytes > 0 ? '–' : inNumber(count)
}

/** Both drawings are in the page; its style shows the one that fits. */
function bothSizes(plot: (size: Size) => string): Html {
  return html`<div class="wide">${trusted(plot(sizes.wide))}</div>
    <div class="narrow">${trusted(plot(sizes.narrow))}</div>`
}
