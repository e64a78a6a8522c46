import type { Module } from '../kit.ts'
import { createPostCache } from './cache.ts'
import { migrations } from './migrations.ts'
import { createPosts } from './repository.ts'
import { addBlogRoutes } from './routes.ts'
import { createBlog } from './service.ts'

export const blogModule: Module = {
  name: 'blog',
  migrations,
  start: {
    api: ({ db, redis, defences, metrics, identity }, http) => {
      const posts = createPosts(db, defences)
      const cache = createPostCache(redis, defences, metrics)
      addBlogRoutes(http, identity, createBlog({ posts, cache }), posts)
    },
  },
}
