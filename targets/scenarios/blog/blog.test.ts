import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { eventually, grant, logIn, newPerson, signedIn, sql } from '../person.ts'

let app: Application
let redis: Redis
let author: Client
let other: Client
let editor: Client
beforeAll(async () => {
  app = await startApplication({ config: { defenceSettings: { 'post-cache': { ttlMs: 1_500 } } } })
  redis = new Redis(app.redis.port, app.redis.host)
  ;[author, other, editor] = await Promise.all([
    personWith('author'),
    personWith('author'),
    personWith('editor'),
  ])
})
afterAll(async () => {
  redis.disconnect()
  await app[Symbol.asyncDispose]()
})

async function personWith(role: string): Promise<Client> {
  const person = newPerson()
  const client = await signedIn(app, person)
  await grant(app, client.userId, role)
  return logIn(client, person)
}

async function published(title = `A post ${randomUUID()}`, tags: readonly string[] = []) {
  const { body } = await author.post('/v1/drafts', { title, body: 'Once upon a time', tags })
  return (await author.post(`/v1/drafts/${body.id}/publish`)).body
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
})

describe('BLG-03 cache', () => {
  const read = async (client: Client, slug: string) => (await client.get(`/v1/posts/${slug}`)).body
  const loads = async (instances: readonly Instance[]) => {
    const pages = await Promise.all(instances.map(each => each.client().get('/metrics')))
    const figure = (body: string) =>
      Number(/^blog_cache_reads_total\{result="load".*\} (\d+)/m.exec(body)?.[1] ?? 0)
    return pages.reduce((sum, { body }) => sum + figure(body), 0)
  }
  /** Forty readers of a post that has just expired; resolves to how often it was loaded. */
  const stampede = async (instances: readonly Instance[]) => {
    const { slug } = await published()
    const before = await loads(instances)
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const instance = instances[index % instances.length] ?? app.instances[0]
        return read(instance.client(), slug)
      }),
    )
    expect(answers.every(each => each.slug === slug)).toBe(true)
    return (await loads(instances)) - before
  }

  test('shows a change at once, on every instance', async () => {
    const { id, slug } = await published()
    const clients = app.instances.map(each => each.client())
    for (const client of clients) await read(client, slug)
    await author.patch(`/v1/drafts/${id}`, { version: 1, body: 'changed' })
    for (const client of clients) expect((await read(client, slug)).body).toBe('changed')
  })

  test('is right again within its bound after an invalidation that was lost', async () => {
    const { slug } = await published()
    await read(author, slug)
    await sql(app, `update blog_posts set body = 'past the cache' where slug = $1`, [slug])
    expect((await read(author, slug)).body).toBe('Once upon a time')
    await eventually(
      () => read(author, slug),
      each => each.body === 'past the cache',
      3_000,
    )
  })

  test('when a post expires one reader loads it, over all instances', async () => {
    expect(await stampede(app.instances)).toBe(1)
  })

  test('control: without the guard many load it', async () => {
    const config = { defencesOff: ['stampede-guard'] }
    const unguarded = await app.startInstance('unguarded', ['api'], config)
    expect(await stampede([unguarded])).toBeGreaterThan(1)
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
