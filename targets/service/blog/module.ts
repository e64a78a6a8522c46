import { createCache } from '../cache/cache.ts'
import type { Module } from '../kit.ts'
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
      const cache = createCache(
        { redis, defences, metrics },
        { name: 'blog', bound: 'post-cache', entries: { post } },
      )
      addBlogRoutes(http, identity, createBlog({ posts, cache }), posts)
    },
  },
}
