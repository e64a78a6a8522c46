import type { DifferenceId } from './differences.ts'
import type { Answers } from './echo.ts'
import type { Heard, Talk } from './talk.ts'

/** A figure that must be met exactly, or from the first to the second. */
type Bound = number | readonly [least: number, most: number]

export type Hears = {
  readonly [K in keyof Heard]?: Heard[K] extends number ? Bound : Heard[K]
} & {
  /** What the upstream saw. */
  readonly upstreamBytes?: Bound
  readonly upstreamEnding?: 'open' | 'fin' | 'rst'
}

export interface TrafficCase {
  readonly title: string
  readonly toxics?: readonly object[]
  /** Whether the connection is there before the toxics; default no. */
  readonly open?: boolean
  /**
   * So long after the first send, one call to the API, `{proxy}` in its path; `body: 'again'` repeats
   * the order the proxy was made by, in a list, `again by name` with
   * `localhost` for the address.
   */
  readonly later?: {
    readonly afterMs: number
    readonly send: string
    readonly body?: object | 'again' | 'again by name'
  }
  /** Default at once. */
  readonly answers?: Answers
  /** Fields of the proxy's order in place of the usual ones; `localhost` in its addresses is fine. */
  readonly order?: { readonly listen?: string; readonly upstream?: string }
  readonly talk: Talk
  readonly hears: Hears
  readonly ours?: { readonly hears: Hears; readonly differs: DifferenceId }
}

/** At this time or later by what a busy machine may add; each test listens that long. */
const LATE_MS = 1_500
const at = (ms: number): Bound => [ms - 1, ms + LATE_MS]
const soon = at(1)

export const trafficCases: readonly TrafficCase[] = [
  {
    title: 'without toxics a megabyte comes back unchanged',
    talk: { send: 1_000_000, watchMs: 5_000 },
    hears: { bytes: 1_000_000, intact: true, ending: 'open', upstreamBytes: 1_000_000 },
  },
  {
    title: 'noop changes nothing',
    toxics: [{ type: 'noop' }, { type: 'noop', stream: 'upstream' }],
    talk: { send: 1_000, watchMs: 4_000 },
    hears: { bytes: 1_000, intact: true, firstMs: soon, ending: 'open' },
  },
  {
    title: 'latency delays what goes downstream',
    toxics: [{ type: 'latency', attributes: { latency: 150 } }],
    talk: { send: 1_000, watchMs: 4_000 },
    hears: { bytes: 1_000, intact: true, firstMs: at(150), ending: 'open' },
  },
  {
    title: 'latency in both directions adds up',
    toxics: [
      { type: 'latency', attributes: { latency: 100 } },
      { type: 'latency', stream: 'upstream', attributes: { latency: 100 } },
    ],
    talk: { send: 1_000, watchMs: 4_000 },
    hears: { bytes: 1_000, intact: true, firstMs: at(200) },
  },
  {
    title: 'latency acts on a connection that was open before it',
    toxics: [{ type: 'latency', attributes: { latency: 150 } }],
    open: true,
    talk: { send: 1_000, watchMs: 4_000 },
    hears: { bytes: 1_000, intact: true, firstMs: at(150) },
  },
  {
    title: 'jitter moves chunks within its bounds and never out of order',
    toxics: [{ type: 'latency', attributes: { latency: 100, jitter: 50 } }],
    talk: { send: 10, times: 30, everyMs: 5, watchMs: 3_000 },
    hears: { bytes: 300, intact: true, firstMs: [49, 150 + LATE_MS] },
  },
  {
    title: 'a shorter latency lets go what the longer one held',
    toxics: [{ type: 'latency', attributes: { latency: 3_000 } }],
    later: {
      afterMs: 100,
      send: 'PATCH /proxies/{proxy}/toxics/latency_downstream',
      body: { attributes: { latency: 150 } },
    },
    talk: { send: 10, watchMs: 2_500 },
    hears: { bytes: 10, intact: true, firstMs: [90, 2_300] },
  },
  {
    title: 'a removed latency lets go what it held',
    toxics: [{ type: 'latency', attributes: { latency: 3_000 } }],
    later: { afterMs: 100, send: 'DELETE /proxies/{proxy}/toxics/latency_downstream' },
    talk: { send: 10, watchMs: 2_500 },
    hears: { bytes: 10, intact: true, firstMs: [90, 2_300], ending: 'open' },
  },
  {
    title: 'bandwidth passes so many kilobytes a second',
    toxics: [{ type: 'bandwidth', attributes: { rate: 100 } }],
    talk: { send: 60_000, watchMs: 4_000 },
    hears: { bytes: 60_000, intact: true, lastMs: [500, 600 + LATE_MS], chunks: [2, 1_000] },
  },
  {
    title: 'bandwidth acts upstream too',
    toxics: [{ type: 'bandwidth', stream: 'upstream', attributes: { rate: 100 } }],
    talk: { send: 60_000, watchMs: 4_000 },
    hears: { bytes: 60_000, intact: true, lastMs: [500, 600 + LATE_MS] },
  },
  {
    title: 'bandwidth of 0 passes nothing',
    toxics: [{ type: 'bandwidth' }],
    talk: { send: 1_000, watchMs: 400 },
    hears: { bytes: 0, ending: 'open' },
  },
  {
    title: 'slow_close delays the end and nothing else',
    toxics: [{ type: 'slow_close', attributes: { delay: 250 } }],
    talk: { send: 100, end: 'after-echo', watchMs: 4_000 },
    hears: { bytes: 100, intact: true, firstMs: soon, ending: 'fin', endedMs: at(250) },
  },
  {
    title: 'the end of a client reaches the upstream, and comes back',
    talk: { send: 100, end: 'after-echo', watchMs: 4_000 },
    hears: { bytes: 100, intact: true, ending: 'fin', endedMs: soon, upstreamEnding: 'fin' },
  },
  {
    title: 'an answer that the upstream gives after the client’s FIN',
    answers: 'at-end',
    talk: { send: 100, end: 'after-sending', watchMs: 4_000 },
    hears: { bytes: 0, ending: 'fin', upstreamBytes: 100 },
    ours: {
      hears: { bytes: 100, intact: true, ending: 'fin', upstreamBytes: 100 },
      differs: 'half-close',
    },
  },
  {
    title: 'timeout of 0 swallows and never closes',
    toxics: [{ type: 'timeout' }],
    talk: { send: 100, watchMs: 400 },
    hears: { bytes: 0, ending: 'open', upstreamBytes: 100 },
  },
  {
    title: 'timeout closes after its time',
    toxics: [{ type: 'timeout', stream: 'upstream', attributes: { timeout: 200 } }],
    talk: { send: 100, watchMs: 4_000 },
    hears: { bytes: 0, ending: 'fin', endedMs: [100, 200 + LATE_MS], upstreamBytes: 0 },
  },
  {
    title: 'timeout under steady traffic',
    toxics: [{ type: 'timeout', attributes: { timeout: 300 } }],
    talk: { send: 10, times: 100, everyMs: 20, watchMs: 1_000 },
    hears: { bytes: 0, ending: 'open' },
    ours: {
      hears: { bytes: 0, ending: 'fin', endedMs: [200, 990] },
      differs: 'timeout-once',
    },
  },
  {
    title: 'a timeout that is removed',
    toxics: [{ type: 'timeout' }],
    later: { afterMs: 150, send: 'DELETE /proxies/{proxy}/toxics/timeout_downstream' },
    talk: { send: 100, watchMs: 700, linger: true },
    hears: { bytes: 0, ending: 'fin' },
    ours: {
      hears: { bytes: 100, intact: true, firstMs: at(150), ending: 'open' },
      differs: 'timeout-keeps',
    },
  },
  {
    title: 'reset_peer resets a new connection',
    toxics: [{ type: 'reset_peer' }],
    talk: { send: 100, watchMs: 4_000 },
    hears: { bytes: 0, ending: 'rst', endedMs: soon, upstreamEnding: 'rst' },
  },
  {
    title: 'reset_peer waits for its timeout',
    toxics: [{ type: 'reset_peer', stream: 'upstream', attributes: { timeout: 200 } }],
    talk: { send: 100, watchMs: 4_000 },
    hears: { bytes: 0, ending: 'rst', endedMs: at(200), upstreamBytes: 0 },
  },
  {
    title: 'reset_peer on a connection that was open before it',
    toxics: [{ type: 'reset_peer' }],
    open: true,
    talk: { send: 100, watchMs: 4_000 },
    hears: { bytes: 0, ending: 'fin' },
    ours: {
      hears: { bytes: 0, ending: 'rst', upstreamEnding: 'rst' },
      differs: 'reset-open',
    },
  },
  {
    title: 'slicer cuts into pieces with pauses between, and changes no byte',
    toxics: [
      { type: 'slicer', attributes: { average_size: 100, size_variation: 50, delay: 10_000 } },
    ],
    talk: { send: 2_000, watchMs: 3_000 },
    hears: { bytes: 2_000, intact: true, chunks: [2, 60], lastMs: [80, 200 + LATE_MS] },
  },
  {
    title: 'slicer without delay changes no byte',
    toxics: [{ type: 'slicer', attributes: { average_size: 64 } }],
    talk: { send: 100_000, watchMs: 4_000 },
    hears: { bytes: 100_000, intact: true, ending: 'open' },
  },
  {
    title: 'slicer whose variation is its size changes no byte',
    toxics: [{ type: 'slicer', attributes: { average_size: 1_000, size_variation: 1_000 } }],
    talk: { send: 100_000, watchMs: 4_000 },
    hears: { bytes: 100_000, intact: true, ending: 'open' },
  },
  {
    title: 'limit_data passes so many bytes and closes',
    toxics: [{ type: 'limit_data', attributes: { bytes: 100 } }],
    talk: { send: 60, times: 3, everyMs: 30, watchMs: 4_000 },
    hears: { bytes: 100, intact: true, ending: 'fin' },
  },
  {
    title: 'limit_data of 0 closes at the first byte',
    toxics: [{ type: 'limit_data', stream: 'upstream' }],
    talk: { send: 60, watchMs: 4_000 },
    hears: { bytes: 0, ending: 'fin', upstreamBytes: 0 },
  },
  {
    title: 'less than the limit passes freely',
    toxics: [{ type: 'limit_data', attributes: { bytes: 100 } }],
    talk: { send: 99, watchMs: 300, linger: true },
    hears: { bytes: 99, intact: true, ending: 'open' },
  },
  {
    title: 'toxics act in a row: latency, then a limit',
    toxics: [
      { type: 'latency', attributes: { latency: 100 } },
      { type: 'limit_data', attributes: { bytes: 50 } },
    ],
    talk: { send: 80, watchMs: 4_000 },
    hears: { bytes: 50, intact: true, firstMs: at(100), ending: 'fin' },
  },
  {
    title: 'toxicity 0 touches nothing',
    toxics: [{ type: 'limit_data', toxicity: 0 }],
    talk: { send: 60, watchMs: 300, linger: true },
    hears: { bytes: 60, intact: true, ending: 'open' },
  },
  {
    title: 'a proxy that is disabled drops its connections',
    later: { afterMs: 100, send: 'PATCH /proxies/{proxy}', body: { enabled: false } },
    talk: { send: 60, watchMs: 4_000, linger: true },
    hears: { bytes: 60, ending: 'fin', endedMs: at(100) },
  },
  {
    title: 'a proxy that is deleted drops its connections',
    later: { afterMs: 100, send: 'DELETE /proxies/{proxy}' },
    talk: { send: 60, watchMs: 4_000, linger: true },
    hears: { bytes: 60, ending: 'fin', endedMs: at(100) },
  },
  {
    title: 'a proxy whose upstream changes drops its connections',
    later: { afterMs: 100, send: 'PATCH /proxies/{proxy}', body: { upstream: '127.0.0.1:1' } },
    talk: { send: 60, watchMs: 4_000, linger: true },
    hears: { bytes: 60, ending: 'fin', endedMs: at(100) },
  },
  {
    title: 'a populate that says the same again leaves connections and toxics alone',
    toxics: [{ type: 'latency', attributes: { latency: 100 } }],
    later: { afterMs: 10, send: 'POST /populate', body: 'again' },
    talk: { send: 10, times: 5, everyMs: 50, watchMs: 4_000 },
    hears: { bytes: 50, intact: true, lastMs: at(300), ending: 'open' },
  },
  {
    title: 'a populate that names the same address by another name changes nothing either',
    toxics: [{ type: 'latency', attributes: { latency: 100 } }],
    later: { afterMs: 10, send: 'POST /populate', body: 'again by name' },
    talk: { send: 10, times: 5, everyMs: 50, watchMs: 4_000 },
    hears: { bytes: 50, intact: true, lastMs: at(300), ending: 'open' },
  },
  {
    title: 'an update that repeats what is leaves connections alone',
    later: { afterMs: 10, send: 'PATCH /proxies/{proxy}', body: { enabled: true } },
    talk: { send: 10, times: 5, everyMs: 50, watchMs: 4_000 },
    hears: { bytes: 50, intact: true, ending: 'open' },
  },
  {
    title: 'an upstream that cannot be reached ends the client’s connection',
    order: { upstream: '127.0.0.1:1' },
    talk: { send: 10, watchMs: 4_000 },
    hears: { bytes: 0, endedMs: [0, LATE_MS] },
  },
  {
    title: 'names of hosts are resolved',
    order: { listen: 'localhost:0' },
    talk: { send: 10, watchMs: 4_000 },
    hears: { bytes: 10, intact: true, ending: 'open' },
  },
  {
    title: 'an upstream that resets',
    answers: 'with-rst',
    talk: { send: 10, watchMs: 4_000 },
    hears: { bytes: 0, ending: 'fin' },
    ours: { hears: { bytes: 0, ending: 'rst' }, differs: 'rst-passes' },
  },
]
