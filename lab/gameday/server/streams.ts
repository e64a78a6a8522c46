import type { ServerResponse } from 'node:http'
import type { Role } from '../../journal/crew-words.ts'
import type { Sample } from '../../journal/sample.ts'
import type { DayState } from '../record/day-state.ts'
import { dayView } from '../view/day-view.ts'
import { samplesFor } from '../view/samples-for.ts'

const everyMs = 250
const mostPages = 400
/** What a page has not taken by then it will ask for again. */
const mostBufferedBytes = 8 * 2 ** 20

interface Page {
  readonly response: ServerResponse
  readonly role: Role
  readonly isStillIn: () => boolean
}

/** Sends every open page what changed: the view of its role four times a second, samples each second. */
export class Streams {
  readonly #state: DayState
  readonly #samples: readonly Sample[]
  readonly #pages = new Set<Page>()
  readonly #sent = new Map<Role, string>()
  #sampledMs = 0

  constructor(state: DayState, samples: readonly Sample[]) {
    this.#state = state
    this.#samples = samples
  }

  get count(): number {
    return this.#pages.size
  }

  /** Takes over the response; false when there are too many already. */
  add(response: ServerResponse, role: Role, isStillIn: () => boolean): boolean {
    if (this.#pages.size >= mostPages) return false
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    const page = { response, role, isStillIn }
    this.#pages.add(page)
    response.on('close', () => this.#pages.delete(page))
    response.on('error', () => this.#pages.delete(page))
    send(page, 'samples', JSON.stringify(samplesFor(role, this.#state, this.#samples)))
    send(page, 'view', JSON.stringify(dayView(this.#state, role)))
    return true
  }

  /** Until the signal aborts; then every page is told to come again later. */
  async watch(sleep: (ms: number, signal: AbortSignal) => Promise<void>, signal: AbortSignal) {
    while (!signal.aborted) {
      await sleep(everyMs, signal).catch(() => {})
      this.#tell()
    }
    for (const { response } of this.#pages) response.end()
  }

  #tell(): void {
    const fresh = this.#samples.filter(({ atMs }) => atMs > this.#sampledMs)
    this.#sampledMs = fresh.at(-1)?.atMs ?? this.#sampledMs
    for (const [role, pages] of Map.groupBy(this.#pages, each => each.role)) {
      const view = JSON.stringify(dayView(this.#state, role))
      const changed = this.#sent.get(role) !== view
      this.#sent.set(role, view)
      const samples =
        fresh.length > 0 ? JSON.stringify(samplesFor(role, this.#state, fresh)) : undefined
      for (const page of pages) {
        if (!page.isStillIn() || page.response.writableLength > mostBufferedBytes) {
          page.response.destroy()
          continue
        }
        if (changed) send(page, 'view', view)
        if (samples !== undefined) send(page, 'sample', samples)
      }
    }
  }
}

function send({ response }: Page, event: string, data: string): void {
  response.write(`event: ${event}\ndata: ${data}\n\n`)
}
