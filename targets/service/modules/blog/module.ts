import { createCache } from '../../cache/cache.ts'
import type { Module } from '../../kit.ts'
import { migrations } from './migrations.ts'
import { post } from './post.ts'
import { createPosts } from './repository.ts'
import { addBlogRoutes } from './routes.ts'
import { createBlog } from './service.ts'

export const blogModule: Module = {
  name: 'blog',
  migrations,
  start: {
    api: ({ db, redis, defences, metrics, identity }, http) => {
      const posts = createPosts(db, defences)
      const ttlMs = defences.on('post-cache') ? defences.settings('post-cache').ttlMs : 0
      const cache = createCache(
        { redis, defences, metrics },
        { name: 'blog', ttlMs, entries: { post } },
      )
      addBlogRoutes(http, identity, createBlog({ posts, cache }), posts)
    },
  },
}
