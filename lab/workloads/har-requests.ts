import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { LabError, messageOf } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import { type TrafficRequest, trafficMethods } from './traffic-request.ts'

const pair = z.object({ name: z.string(), value: z.string() })
const entry = z.object({
  request: z.object({
    method: z.string(),
    url: z.string(),
    headers: z.array(pair).default([]),
    postData: z
      .object({ mimeType: z.string().default(''), text: z.string().default('') })
      .optional(),
  }),
})
const har = z.object({ log: z.object({ entries: z.array(entry).min(1) }) })

export interface HarOptions {
  /** Which of what was recorded; default all requests to the host that most went to. */
  readonly only?: (url: URL, method: string) => boolean
  /** Names of recorded headers to send, too; default only `accept` and `accept-language`. */
  readonly headers?: readonly string[]
}

/**
 * What a browser or a proxy has recorded (HAR), as requests of `httpTraffic`: a real session's, each picked
 * by chance. Cookies, tokens and hosts of the recording stay behind; bodies are sent where they are JSON.
 * Requests have no key: what they write is not asked for in the end.
 * @throws {LabError} `broken-har`
 */
export function harRequests(
  file: string | URL,
  options: HarOptions = {},
): (random: Random) => TrafficRequest {
  const recorded = requestsIn(file, options)
  return random => recorded[random.integer(0, recorded.length - 1)] ?? { path: '/' }
}

function requestsIn(file: string | URL, options: HarOptions): readonly TrafficRequest[] {
  const parsed = har.safeParse(readJson(file))
  if (!parsed.success) throw broken(file, z.prettifyError(parsed.error))
  const all = parsed.data.log.entries.map(({ request }) => ({
    ...request,
    at: new URL(request.url),
  }))
  const hosts = Map.groupBy(all, ({ at }) => at.host)
  const [most] = [...hosts.keys()].sort(
    (a, b) => (hosts.get(b)?.length ?? 0) - (hosts.get(a)?.length ?? 0),
  )
  const { only = (url: URL) => url.host === most, headers = ['accept', 'accept-language'] } =
    options
  const wanted = all.flatMap(({ at, method, headers: told, postData }) => {
    const known = trafficMethods.find(each => each === method)
    if (known === undefined || !only(at, method)) return []
    const body = postData?.mimeType.includes('json') ? jsonOf(postData.text) : undefined
    const kept = told.filter(({ name }) => headers.includes(name.toLowerCase()))
    return [
      {
        ...{ path: `${at.pathname}${at.search}`, method: known },
        headers: Object.fromEntries(kept.map(({ name, value }) => [name.toLowerCase(), value])),
        ...(body !== undefined && { body }),
      },
    ]
  })
  if (wanted.length === 0) throw broken(file, 'no request that `only` lets through')
  return wanted
}

function readJson(file: string | URL): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw broken(file, messageOf(error))
  }
}

function jsonOf(text: string): Json | undefined {
  try {
    return z.json().parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

function broken(file: string | URL, found: string): LabError {
  return new LabError(
    {
      code: 'broken-har',
      expected: `${file} to be a HAR file with requests`,
      found,
      why: 'Traffic is made from what was recorded.',
      next: "Save it anew: a browser's network panel, Export HAR.",
    },
    'usage',
  )
}
