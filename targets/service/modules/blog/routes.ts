import { z } from 'zod'
import { parse } from '../../http/problems.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Http } from '../../kit.ts'
import { newComment, newPost, postChange } from './post.ts'
import type { Posts } from './repository.ts'
import type { Blog } from './service.ts'

const byId = z.object({ id: z.uuid() })
const bySlug = z.object({ slug: z.string().min(1).max(100) })
const search = z.object({
  q: z.string().min(1).max(200).optional(),
  tag: z.string().min(1).max(30).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})

export function addBlogRoutes(http: Http, identity: Identity, blog: Blog, posts: Posts): void {
  http.get('/v1/posts', async request => {
    const { q, tag, limit } = parse(search, request.query)
    return { posts: await posts.search({ words: q, tag, limit }) }
  })
  http.get('/v1/posts/:slug', async request => blog.published(parse(bySlug, request.params).slug))
  http.get('/v1/posts/:slug/comments', async request => ({
    comments: await blog.comments(parse(bySlug, request.params).slug),
  }))
  http.post('/v1/posts/:slug/comments', async (request, reply) => {
    const caller = await identity.caller(request)
    const { slug } = parse(bySlug, request.params)
    reply.code(201)
    return blog.comment(caller, slug, parse(newComment, request.body).body)
  })
  http.post('/v1/drafts', async (request, reply) => {
    const caller = await identity.caller(request, 'posts:write')
    reply.code(201)
    return blog.write(caller, parse(newPost, request.body))
  })
  http.get('/v1/drafts/:id', async request => {
    const caller = await identity.caller(request, 'posts:write')
    return blog.draft(caller, parse(byId, request.params).id)
  })
  http.patch('/v1/drafts/:id', async request => {
    const caller = await identity.caller(request, 'posts:write')
    const { id } = parse(byId, request.params)
    return blog.edit(caller, id, parse(postChange, request.body))
  })
  http.delete('/v1/drafts/:id', async (request, reply) => {
    const caller = await identity.caller(request, 'posts:write')
    await blog.remove(caller, parse(byId, request.params).id)
    return reply.code(204).send()
  })
  http.get('/v1/drafts/:id/revisions', async request => {
    const caller = await identity.caller(request, 'posts:write')
    return { revisions: await blog.revisions(caller, parse(byId, request.params).id) }
  })
  for (const [verb, isPublished] of [
    ['publish', true],
    ['withdraw', false],
  ] as const) {
    http.post(`/v1/drafts/:id/${verb}`, async request => {
      const caller = await identity.caller(request, 'posts:write')
      return blog.publish(caller, parse(byId, request.params).id, isPublished)
    })
  }
}
