import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { type HttpClient, httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { mixed } from '../../lab/workloads/inputs.ts'
import { Seats } from './endpoints.ts'
import { bearer, type Person, signInPeople, type WithPeople } from './people.ts'

/** How long the service may take for an answer; every request says so. */
export const blogDeadlineMs = 800

const giveUpMs = 4_000
const maxInFlight = 200

export interface BlogOptions {
  readonly perSecond: number
  /** Posts there are; each operation is about one of them. Default 5. */
  readonly posts?: number
  /** Share of operations that change a post, from 0 to 1. Default 0.1. */
  readonly changes?: number
  /** Who reads and writes, each from a seat of their own. Default 8. */
  readonly clients?: number
  /** Its name, where an experiment has several. Default 'blog'. */
  readonly name?: string
  /** What its posts are called, which begins their slugs: `post` for `post-1`, … Default 'post'. */
  readonly titled?: string
  /** All begin at this instance, from 1; default spread over all. */
  readonly at?: number
}

/**
 * Readers of published posts, which the service reads through its cache, and an author who changes
 * them: `read` and `write` of the key `post-N` (or otherwise `titled`), as `staleness` and `readYourOwnWrite` judge them. A
 * write puts a text that no other has; a read answers the text, or null where it is the first. The
 * final reads ask for every post at every instance.
 */
export function blog(options: BlogOptions): Workload<WithPeople> {
  const { perSecond, posts = 5, changes = 0.1, clients = 8 } = options
  const { name = 'blog', titled = 'post', at: seat } = options
  const keyOf = (number: number) => `${titled}-${number}`
  const keys = Array.from({ length: posts }, (_, index) => keyOf(index + 1))
  // Clients are opened twice: for traffic, and for the final reads.
  const known = new WeakMap<WithPeople, Written>()
  return {
    name,
    perSecond,
    clients,
    maxInFlight,
    giveUpMs,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>/.test(link.name),
    operations: random =>
      mixed(random, [
        { weight: 1 - changes, make: () => read(keyOf(random.integer(1, posts))) },
        {
          weight: changes,
          make: (_, number) => {
            return { f: 'write', key: keyOf(random.integer(1, posts)), input: `text ${number}` }
          },
        },
      ]),
    open: async system => {
      const written = known.get(system) ?? (await write(system, keys))
      known.set(system, written)
      const { author, posts } = written
      const seats = new Seats(system, seat)
      const shared = httpClient({ connections: maxInFlight })
      return {
        perform: ({ f, key = '', input }, client, signal) => {
          const post = posts.get(key)
          if (!post) throw new RangeError(`There is no ${key}.`)
          return seats.ask(client, ({ http }) => {
            const at = { client: shared, http, signal }
            return f === 'write'
              ? change(at, author, post, z.string().parse(input))
              : readPost(at, post)
          })
        },
        [Symbol.asyncDispose]: () => shared[Symbol.asyncDispose](),
      }
    },
    // So many that every seat asks for each.
    finale: () => Array.from({ length: 4 }, () => keys.map(read)).flat(),
  }
}

const read = (key: string): Operation => ({ f: 'read', key, input: null })

interface Post {
  readonly id: string
  readonly slug: string
}

interface At {
  readonly client: HttpClient
  readonly http: string
  readonly signal: AbortSignal
}

const firstText = 'first'
const made = z.object({ id: z.string(), slug: z.string() })
const shown = z.object({ body: z.string() })
const draft = z.object({ version: z.number() })

/** What stands there when traffic begins. */
interface Written {
  readonly author: Person
  readonly posts: ReadonlyMap<string, Post>
}

async function write(system: WithPeople, keys: readonly string[]): Promise<Written> {
  const [author] = await signInPeople(system, 1, ['author'])
  if (!author) throw new RangeError('A blog needs an author.')
  await using client = httpClient({ connections: 1 })
  const [{ http }] = system.endpoints
  const posts = new Map<string, Post>()
  for (const key of keys) posts.set(key, await publish(client, http, author, key))
  return { author, posts }
}

async function publish(
  client: HttpClient,
  http: string,
  author: Person,
  title: string,
): Promise<Post> {
  const post = (path: string, body: Json) => {
    const signal = AbortSignal.timeout(giveUpMs)
    const request = { url: `${http}${path}`, headers: bearer(author), signal, body }
    return client.ask({ ...request, method: 'POST' }, answer =>
      httpOutcome(answer, found => made.parse(found)),
    )
  }
  const written = await post('/v1/drafts', { title, body: firstText })
  const { id, slug } = made.parse(written.kind === 'ok' ? written.value : written)
  const done = await post(`/v1/drafts/${id}/publish`, {})
  if (done.kind !== 'ok') throw new Error(`${title} was not published: ${done.error}`)
  return { id, slug }
}

function readPost({ client, http, signal }: At, { slug }: Post): Promise<Outcome> {
  const headers = { 'x-deadline-ms': `${blogDeadlineMs}` }
  return client.ask({ url: `${http}/v1/posts/${slug}`, headers, signal }, answer =>
    httpOutcome(answer, found => {
      const { body } = shown.parse(found)
      return body === firstText ? null : body
    }),
  )
}

/** Over the version that stands there now, which the database says. */
async function change(
  { client, http, signal }: At,
  author: Person,
  { id }: Post,
  body: string,
): Promise<Outcome> {
  const headers = { ...bearer(author), 'x-deadline-ms': `${blogDeadlineMs}` }
  const url = `${http}/v1/drafts/${id}`
  const now = await client.ask({ url, headers, signal }, answer =>
    httpOutcome(answer, found => draft.parse(found).version),
  )
  // What was only looked at was not changed.
  if (now.kind !== 'ok') return { ...now, kind: 'fail' }
  const version = z.number().parse(now.value)
  const request = { url, method: 'PATCH', headers, body: { version, body }, signal } as const
  return client.ask(request, answer => httpOutcome(answer, found => shown.parse(found).body))
}
