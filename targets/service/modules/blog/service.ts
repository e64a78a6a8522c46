import type { Cache } from '../../cache/cache.ts'
import type { Caller } from '../../identity/identity.ts'
import { notFound, Problem } from '../../problem.ts'
import type { Post, PostChange } from './post.ts'
import type { Comment, Posts, Revision } from './repository.ts'

interface Parts {
  readonly posts: Posts
  readonly cache: Cache<{ post: Post }>
}

/** Writing and reading. Drafts exist only for their author and for editors. */
export interface Blog {
  write(caller: Caller, wanted: Parameters<Posts['add']>[1]): Promise<Post>
  /** @throws {Problem} 409 `edited-meanwhile`: nothing of the first editor's work is lost. */
  edit(caller: Caller, id: string, change: PostChange): Promise<Post>
  publish(caller: Caller, id: string, published: boolean): Promise<Post>
  remove(caller: Caller, id: string): Promise<void>
  revisions(caller: Caller, id: string): Promise<readonly Revision[]>
  draft(caller: Caller, id: string): Promise<Post>
  /** What everybody reads; through the cache. */
  published(slug: string): Promise<Post>
  comment(caller: Caller, slug: string, body: string): Promise<Comment>
  comments(slug: string): Promise<readonly Comment[]>
}

export function createBlog({ posts, cache }: Parts): Blog {
  /** The post, when this person may write to it; to everybody else a draft is not there. */
  const own = async (caller: Caller, id: string): Promise<Post> => {
    const found = await posts.byId(id)
    const mayWrite = found?.authorId === caller.userId || caller.may('posts:any')
    if (!found || (!mayWrite && found.publishedAt === null)) throw notFound('post')
    if (mayWrite) return found
    throw new Problem({ status: 403, code: 'forbidden', title: 'This post is not yours.' })
  }
  const published = async (slug: string): Promise<Post> => {
    const load = async () => {
      const found = await posts.bySlug(slug)
      return found?.publishedAt ? found : undefined
    }
    const found = await cache.read(slug, 'post', load)
    if (!found) throw notFound('post')
    return found
  }
  return {
    published,
    draft: own,
    write: (caller, wanted) => posts.add(caller.userId, wanted),
    edit: async (caller, id, change) => {
      const { slug } = await own(caller, id)
      const changed = await posts.change(id, caller.userId, change)
      await cache.invalidate(slug)
      return changed
    },
    publish: async (caller, id, isPublished) => {
      const { slug } = await own(caller, id)
      const changed = await posts.setPublished(id, isPublished)
      await cache.invalidate(slug)
      return changed
    },
    remove: async (caller, id) => {
      const { slug } = await own(caller, id)
      await posts.remove(id)
      await cache.invalidate(slug)
    },
    revisions: async (caller, id) => {
      await own(caller, id)
      return posts.revisions(id)
    },
    comment: async (caller, slug, body) => {
      const { id } = await published(slug)
      return posts.comment(id, caller.userId, body)
    },
    comments: async slug => posts.comments((await published(slug)).id),
  }
}
