import type { Entry } from '../../journal/journal.ts'
import { messagesOf } from '../../journal/wire-counters.ts'
import { boundedLabel } from './bounded-label.ts'
import { linkLabels } from './link-labels.ts'
import type { MetricSet } from './metric-set.ts'

/** Counts what passed the links, from their 100 ms counters. */
export function wireMetrics(metrics: MetricSet): (entry: Entry) => void {
  const bytes = metrics.counter('lab_wire_bytes_total')
  const messages = metrics.counter('lab_wire_messages_total')
  const errors = metrics.counter('lab_wire_errors_total')
  const opened = metrics.counter('lab_wire_connections_opened_total')
  const closed = metrics.counter('lab_wire_connections_closed_total')
  const refused = metrics.counter('lab_wire_connections_refused_total')
  const unparsed = metrics.counter('lab_wire_unparsed_total')
  const toxics = metrics.counter('lab_wire_toxics_total')
  const [boundKind, boundCode, boundToxic] = [boundedLabel(), boundedLabel(), boundedLabel()]
  return entry => {
    if (entry.kind !== 'wire-count') return
    const link = linkLabels(entry.link)
    const { counts } = entry
    bytes.inc({ ...link, direction: 'upstream' }, counts.bytesUp ?? 0)
    bytes.inc({ ...link, direction: 'downstream' }, counts.bytesDown ?? 0)
    opened.inc(link, counts.connects ?? 0)
    closed.inc(link, counts.closes ?? 0)
    refused.inc(link, counts.refused ?? 0)
    unparsed.inc(link, counts.unparsed ?? 0)
    for (const [kind, count] of Object.entries(messagesOf(counts, 'request'))) {
      const message = boundKind(firstWord(kind))
      messages.inc({ ...link, direction: 'upstream', message }, count)
    }
    for (const [kind, count] of Object.entries(messagesOf(counts, 'response'))) {
      const message = boundKind(firstWord(kind))
      messages.inc({ ...link, direction: 'downstream', message }, count)
    }
    for (const [code, count] of Object.entries(messagesOf(counts, 'error'))) {
      errors.inc({ ...link, code: boundCode(code) }, count)
    }
    for (const [name, count] of Object.entries(messagesOf(counts, 'toxic'))) {
      toxics.inc({ ...link, toxic: boundToxic(kindOfToxic(name)) }, count)
    }
  }
}

/** `POST` of `POST /orders`: routes would be as many as the service has. */
function firstWord(message: string): string {
  return message.split(' ')[0] ?? message
}

/** `blackHole` of `blackHole-c2edc0-upstream`: the rest tells one use of it from the next. */
function kindOfToxic(name: string): string {
  return name.replace(/-[0-9a-f]{6}(-.*)?$/, '')
}
