import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { figure } from '../figure.ts'
import { HeldTable } from '../held-table.ts'
import { at, eventually, grant, logIn, newPerson, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'

/** What is tried here is not how long one waits for a connection on a busy machine. */
const patient = {
  'pool-limits': { acquireMs: 8_000, statementMs: 30_000 },
  'stampede-guard': { lockMs: 20_000 },
}
/** How stale a post may be. */
const boundMs = 4_000

let app: Application
let author: Client
let other: Client
let editor: Client
/** Has neither locks nor a guard, and keeps what it cached for longer than any test. */
let undefended: Instance
let uncached: Instance
test.beforeAll(async ({ warm }) => {
  const defenceSettings = { ...patient, 'post-cache': { ttlMs: boundMs } }
  app = await startApplication({ instances: [['api'], ['api']], config: { defenceSettings } }, warm)
  ;[undefended, uncached] = await Promise.all([
    app.startInstance('undefended', ['api'], {
      defencesOff: ['optimistic-locking', 'stampede-guard'],
      defenceSettings: { ...patient, 'post-cache': { ttlMs: 600_000 } },
    }),
    app.startInstance('uncached', ['api'], { defencesOff: ['post-cache'] }),
  ])
  ;[author, other, editor] = await Promise.all([
    personWith('author'),
    personWith('author'),
    personWith('editor'),
  ])
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
})

async function personWith(role: string): Promise<Client> {
  const person = newPerson()
  const client = await signedIn(app, person)
  await grant(app, client.userId, role)
  return logIn(client, person)
}

async function published(
  title = `A post ${randomUUID()}`,
  tags: readonly string[] = [],
  by: Client = author,
) {
  const { body } = await by.post('/v1/drafts', { title, body: 'Once upon a time', tags })
  return (await by.post(`/v1/drafts/${body.id}/publish`)).body
}

describe('BLG-01 writing and reading', () => {
  test('a draft is for its author and editors until it is published', async () => {
    const draft = await author.post('/v1/drafts', {
      title: `Grüße, Welt! ${randomUUID()}`,
      body: 'x',
    })
    expect(draft).toMatchObject({ status: 201, body: { version: 1, publishedAt: null } })
    const { id, slug } = draft.body
    expect(slug).toMatch(/^gruße-welt-/)
    const reader = await signedIn(app)
    expect((await reader.get(`/v1/posts/${slug}`)).status).toBe(404)
    expect((await other.get(`/v1/drafts/${id}`)).status).toBe(404)
    expect((await editor.get(`/v1/drafts/${id}`)).status).toBe(200)
    expect((await reader.post(`/v1/drafts/${id}/publish`)).status).toBe(403)
    expect((await author.post(`/v1/drafts/${id}/publish`)).status).toBe(200)
    expect((await reader.get(`/v1/posts/${slug}`)).body.title).toContain('Grüße')
    expect((await other.patch(`/v1/drafts/${id}`, { version: 1, title: 'mine' })).status).toBe(403)
    await author.post(`/v1/drafts/${id}/withdraw`)
    expect((await reader.get(`/v1/posts/${slug}`)).status).toBe(404)
  })

  test('twins of a title get slugs of their own, also at once', async () => {
    const title = `Twins ${randomUUID()}`
    const made = await Promise.all(
      Array.from({ length: 6 }, () => author.post('/v1/drafts', { title, body: 'x' })),
    )
    expect(new Set(made.map(each => each.body.slug)).size).toBe(6)
  })

  test('is found by words and tags, with comments and revisions', async () => {
    const [word, tag] = [randomUUID().replaceAll('-', ''), `t${randomUUID().slice(0, 8)}`]
    const post = await published(`About ${word}`, [tag])
    const found = async (query: string) =>
      (await author.get(`/v1/posts?${query}`)).body.posts.map((each: { id: string }) => each.id)
    expect(await found(`q=${word}`)).toEqual([post.id])
    expect(await found(`tag=${tag}`)).toEqual([post.id])
    expect(await found(`q=${encodeURIComponent(`"${word} & | ! :*`)}`)).toBeDefined()
    const reader = await signedIn(app)
    await reader.post(`/v1/posts/${post.slug}/comments`, { body: 'one' })
    await reader.post(`/v1/posts/${post.slug}/comments`, { body: 'two' })
    const { comments } = (await reader.get(`/v1/posts/${post.slug}/comments`)).body
    expect(comments.map((each: { body: string }) => each.body)).toEqual(['one', 'two'])
    await author.patch(`/v1/drafts/${post.id}`, { version: 1, title: 'Later' })
    const { revisions } = (await author.get(`/v1/drafts/${post.id}/revisions`)).body
    expect(revisions.map((each: { title: string }) => each.title)).toEqual([
      `About ${word}`,
      'Later',
    ])
  })
})

test('BLG-01 control: a draft that leaks is seen by who must not see it', async () => {
  const { body } = await author.post('/v1/drafts', { title: `Leak ${randomUUID()}`, body: 'x' })
  const reader = app.instances[0].client()
  await sql(app, 'update blog_posts set published_at = now() where id = $1', [body.id])
  expect((await reader.get(`/v1/posts/${body.slug}`)).status).toBe(200)
})

describe('BLG-02 two editors', () => {
  test('the second is told, and no work is lost', async () => {
    const { id, version } = await published()
    const changes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 ? editor : author).patch(`/v1/drafts/${id}`, { version, body: `text ${index}` }),
      ),
    )
    const winners = changes.filter(each => each.status === 200)
    expect(winners).toHaveLength(1)
    for (const { status, body } of changes) {
      if (status !== 200) expect(body).toMatchObject({ code: 'edited-meanwhile', status: 409 })
    }
    const now = (await author.get(`/v1/drafts/${id}`)).body
    expect(now).toMatchObject({ version: version + 1, body: winners[0]?.body.body })
  })

  control('optimistic-locking', 'the first loses her work, and nobody is told', async () => {
    const { id, version } = await published()
    const [first, second] = [at(undefended, author), at(undefended, editor)]
    expect((await first.patch(`/v1/drafts/${id}`, { version, body: 'hers' })).status).toBe(200)
    expect((await second.patch(`/v1/drafts/${id}`, { version, body: 'his' })).status).toBe(200)
    expect((await author.get(`/v1/drafts/${id}`)).body.body).toBe('his')
  })
})

describe('BLG-03 cache', () => {
  const read = async (client: Client, slug: string) => (await client.get(`/v1/posts/${slug}`)).body
  const reads = async (instances: readonly Instance[], result: string) => {
    const name = 'cache_reads_total'
    const figures = await Promise.all(
      instances.map(each => figure(each, name, { cache: 'blog', result }, 'api')),
    )
    return figures.reduce((sum, count) => sum + count, 0)
  }
  /** Forty readers who all find a post not cached: how often it was loaded, and what they got. */
  const stampede = async (instances: readonly Instance[]) => {
    const { slug } = await published()
    const [loaded, missed] = [await reads(instances, 'load'), await reads(instances, 'miss')]
    await using table = await HeldTable.hold(app, 'blog_posts', 'reading')
    const asked = Array.from({ length: 40 }, (_, index) => {
      const instance = instances[index % instances.length] ?? app.instances[0]
      return instance.client().get(`/v1/posts/${slug}`)
    })
    await eventually(
      () => reads(instances, 'miss'),
      misses => misses >= missed + 40,
      10_000,
    )
    await table.open()
    const statuses = [...new Set((await Promise.all(asked)).map(({ status }) => status))].sort()
    return { statuses, loads: (await reads(instances, 'load')) - loaded }
  }

  test('shows a change at once, on every instance', async () => {
    const { id, slug } = await published()
    const clients = app.instances.map(each => each.client())
    for (const client of clients) await read(client, slug)
    await author.patch(`/v1/drafts/${id}`, { version: 1, body: 'changed' })
    for (const client of clients) expect((await read(client, slug)).body).toBe('changed')
  })

  test('is right again within its bound after an invalidation that was lost', async () => {
    const stale = 'Once upon a time'
    const readers = [app.instances[0].client(), undefended.client()] as const
    const posts = [
      await published(),
      await published('Kept for long', [], at(undefended, author)),
    ] as const
    const seen = () => Promise.all(readers.map((each, i) => read(each, posts[i]?.slug ?? '')))
    for (const { body } of await seen()) expect(body).toBe(stale)
    const text = `update blog_posts set body = 'past the cache' where id = any($1)`
    await sql(app, text, [posts.map(({ id }) => id)])
    for (const { body } of await seen()) expect(body).toBe(stale)
    const [, control] = await eventually(
      seen,
      ([bounded]) => bounded?.body === 'past the cache',
      boundMs + 5_000,
    )
    expect(control?.body, 'with a longer bound it is still wrong').toBe(stale)
  })

  test('when a post is not cached one reader loads it, over all instances', async () => {
    expect(await stampede(app.instances)).toEqual({ statuses: [200], loads: 1 })
  })

  control('stampede-guard', 'many load it', async () => {
    const { statuses, loads } = await stampede([undefended])
    expect(statuses).toEqual([200])
    expect(loads).toBe(40)
  })

  /** How many statements twenty readers of one post cost this instance. */
  const statementsFor = async (instance: Instance) => {
    const { slug } = await published()
    const reader = instance.client()
    await read(reader, slug)
    const count = () => figure(instance, 'pg_queries_total', {}, 'api')
    const before = await count()
    for (let i = 0; i < 20; i++) expect((await read(reader, slug)).slug).toBe(slug)
    return (await count()) - before
  }

  test('is what readers cost the database nothing by', async () => {
    expect(await statementsFor(undefended)).toBeLessThan(10) // another loop may ask something
  })

  control('post-cache', 'every reader is a query', async () => {
    expect(await statementsFor(uncached)).toBeGreaterThanOrEqual(20)
  })

  test('without Redis every read is from the database, and right', async () => {
    const { id, slug } = await published()
    await app.redis.kill()
    try {
      await author.get('/health/live')
      expect((await read(app.instances[0].client(), slug)).id).toBe(id)
    } finally {
      await app.redis.restart()
    }
  })
})
