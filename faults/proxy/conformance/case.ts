import type { DifferenceId } from './differences.ts'

/** What an answer must be; fields that are absent may be anything. */
export interface Answer {
  readonly status: number
  readonly contentType?: string
  /** By name; a RegExp for its text, null where it must be absent. */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>
  /** A JSON value (of objects, at least these fields; a RegExp for a string), or a text. */
  readonly body?: unknown
}

/** One request and what comes of it. Where ours differs on purpose, its answer and the reason. */
export interface Step {
  /** `POST /proxies`. */
  readonly send: string
  /** A string goes as it is, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly answer: Answer
  readonly ours?: { readonly answer: Answer; readonly differs: DifferenceId }
}

/** Where a case takes place: names and addresses that no other case uses. */
export interface Place {
  readonly name: string
  /** An address where an echo server listens. */
  readonly upstream: string
  /** Base URL of the API. */
  readonly url: string
}

/** Steps against a running server, in order. */
export interface Case {
  readonly title: string
  readonly steps: (place: Place) => readonly Step[]
}

export const json = 'application/json'
export const text = 'text/plain; charset=utf-8'

export const ok = (body?: unknown): Answer => ({ status: 200, contentType: json, body })
export const created = (body?: unknown): Answer => ({ status: 201, contentType: json, body })
export const gone: Answer = { status: 204, body: '' }

/** An error as Toxiproxy words it: JSON, but called plain text. */
export const failure = (status: number, error: string | RegExp): Answer => ({
  status,
  contentType: text,
  body: { error, status },
})

export const badBody = (detail: RegExp = /./): Answer =>
  failure(400, new RegExp(`^bad request body: .*${detail.source}`))
