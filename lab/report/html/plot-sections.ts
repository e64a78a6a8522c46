import type { Journal } from '../../journal/journal.ts'
import type { RunStory } from '../run-story.ts'
import { type ProcessLane, processLanes } from '../story/process-lanes.ts'
import { inNumber } from '../wording.ts'
import { faultColors, struckFaults } from './chart.ts'
import { type Html, html } from './html-text.ts'
import { lanesChart } from './lanes-chart.ts'
import { bothSizes, facts, key, table } from './page-parts.ts'
import { timelineChart } from './timeline-chart.ts'
import { latencyChart, outcomeChart } from './traffic-charts.ts'
import { type TrafficSeries, trafficSeries } from './traffic-series.ts'
import { wireChart } from './wire-chart.ts'
import { sum, type WireSeries, wireSeries } from './wire-series.ts'

/** When what happened, and what the traffic felt of it: all plots on one clock. */
export function plotSections(story: RunStory, journal: Journal): readonly Html[] {
  const shownMs = story.shown.toMs - story.shown.fromMs
  const span = { endMs: story.endMs, shownMs }
  const wire = wireSeries(journal, span)
  const lanes = processLanes(journal)
  return [
    timelineSection(story),
    ...(lanes.length > 0 ? [lanesSection(story, lanes)] : []),
    ...story.workloads.map(name => trafficSection(story, trafficSeries(journal, name, span))),
    ...(wire.length > 0 ? [wireSection(story, wire)] : []),
  ]
}

function timelineSection(story: RunStory): Html {
  const lengths = story.phases.map(({ name, fromMs, toMs }) => {
    return [name, `${inNumber(Math.round((toMs - fromMs) / 10) / 100)} s`] as const
  })
  return html`<section><h2>What happened when</h2><div class="card">
    <figure>${bothSizes(size => timelineChart(story, size))}</figure>${facts(lengths)}</div></section>`
}

/** Which band is which fault, in short: the timeline has their whole names. */
function bandKeys(story: RunStory): readonly Html[] {
  return struckFaults(story).map(({ fault, index, number }) =>
    key(`band-${index % faultColors}`, `${number} ${fault.label.split('(')[0]}`),
  )
}

function lanesSection(story: RunStory, lanes: readonly ProcessLane[]): Html {
  const keys = [key('up', 'up'), key('starting', 'starting'), key('fail', 'paused')]
  return html`<section><h2>Processes</h2><div class="card">
    <figure><figcaption><b>When each was there</b>${keys}${bandKeys(story)}</figcaption>
      ${bothSizes(size => lanesChart(story, lanes, size))}</figure></div></section>`
}

function trafficSection(story: RunStory, series: TrafficSeries): Html {
  const { ok, fail, info } = series.totals
  const outcomes = [
    key('ok', `ok ${inNumber(ok)}`),
    key('fail', `failed ${inNumber(fail)}`),
    key('info', `unknown ${inNumber(info)}`),
    ...bandKeys(story),
  ]
  const percentiles = (['p50', 'p95', 'p99'] as const).map(name => {
    const ms = series.latency?.[name]
    return key(name, ms === undefined ? `${name} none` : `${name} ${inNumber(ms)} ms`)
  })
  return html`<section><h2>Traffic: ${series.workload}</h2><div class="card">
    <figure><figcaption><b>Throughput by outcome</b>${outcomes}</figcaption>
      ${bothSizes(size => outcomeChart(story, series, size))}</figure>
    <figure><figcaption><b>Latency of ok answers, from the intended start</b>${percentiles}</figcaption>
      ${bothSizes(size => latencyChart(story, series, size))}</figure></div></section>`
}

function wireSection(story: RunStory, links: readonly WireSeries[]): Html {
  const heads = ['link', '#connects', '#requests', '#errors', '#KiB', 'error codes']
  const keys = [key('connect', 'connects'), key('bad', 'errors and refusals'), ...bandKeys(story)]
  return html`<section><h2>At the wire</h2><div class="card">
    <figure><figcaption><b>All links</b>${keys}</figcaption>
      ${bothSizes(size => wireChart(story, links, size))}</figure>
    <div class="scroll wires">${table(heads, links.map(linkRow))}</div></div></section>`
}

function linkRow(link: WireSeries): readonly string[] {
  return [
    link.link,
    inNumber(sum(link.connects)),
    requests(link),
    inNumber(sum(link.errors)),
    inNumber(Math.round(link.bytes / 1024)),
    Object.entries(link.codes)
      .map(([code, count]) => `${code} × ${count}`)
      .join(', '),
  ]
}

/** Where nothing parsed the messages, their number is not known, which is not zero. */
function requests(link: WireSeries): string {
  const count = sum(link.requests)
  return count === 0 && link.bytes > 0 ? '–' : inNumber(count)
}
