import { type Kysely, sql } from 'kysely'
import type { Defences } from '../../defences.ts'
import { Problem } from '../../problem.ts'
import { type Post, type PostChange, post, slugOf } from './post.ts'

interface NewPost {
  readonly title: string
  readonly body: string
  readonly tags: readonly string[]
}

export interface Revision {
  readonly version: number
  readonly editorId: string
  readonly title: string
  readonly at: Date
}

export interface Comment {
  readonly id: string
  readonly authorId: string
  readonly body: string
  readonly at: Date
}

interface Search {
  readonly words?: string | undefined
  readonly tag?: string | undefined
  readonly limit: number
}

/** Posts with their revisions and comments, in Postgres. */
export interface Posts {
  add(authorId: string, wanted: NewPost): Promise<Post>
  byId(id: string): Promise<Post | undefined>
  bySlug(slug: string): Promise<Post | undefined>
  /** @throws {Problem} 409 `edited-meanwhile` when the version is not the latest. */
  change(id: string, editorId: string, change: PostChange): Promise<Post>
  setPublished(id: string, published: boolean): Promise<Post>
  remove(id: string): Promise<void>
  /** Published ones, best match first, else newest. */
  search(search: Search): Promise<readonly Post[]>
  revisions(id: string): Promise<readonly Revision[]>
  comment(postId: string, authorId: string, body: string): Promise<Comment>
  comments(postId: string): Promise<readonly Comment[]>
}

const columns = sql`id, slug, author_id as "authorId", title, body, tags, version,
  updated_at::text as "updatedAt", published_at::text as "publishedAt"`

const revision = (by: string) => sql`
  insert into blog_revisions (post_id, version, editor_id, title, body, tags)
  select id, version, ${by}::uuid, title, body, tags from written`

export function createPosts(db: Kysely<unknown>, defences: Defences): Posts {
  const isLatest = defences.on('optimistic-locking')
    ? (version: number) => sql`version = ${version}`
    : () => sql`true`
  const one = async (query: ReturnType<typeof sql>) =>
    (await query.execute(db)).rows.map(row => post.parse(row))[0]
  return {
    byId: id => one(sql`select ${columns} from blog_posts where id = ${id}`),
    bySlug: slug => one(sql`select ${columns} from blog_posts where slug = ${slug}`),
    add: async (authorId, wanted) => {
      const slug = slugOf(wanted.title)
      // Twins of one title get a number; two at once cannot get the same, the index sees to it.
      for (let twin = 1; ; twin++) {
        const made = await one(sql`
          with written as (
            insert into blog_posts (slug, author_id, title, body, tags)
            values (${twin === 1 ? slug : `${slug}-${twin}`}, ${authorId}, ${wanted.title},
              ${wanted.body}, ${wanted.tags}::text[])
            on conflict on constraint blog_posts_slug do nothing
            returning *),
          kept as (${revision(authorId)})
          select ${columns} from written`)
        if (made) return made
      }
    },
    change: async (id, editorId, { version, title, body, tags }) => {
      const changed = await one(sql`
        with written as (
          update blog_posts set version = version + 1, updated_at = now(),
            title = coalesce(${title ?? null}, title), body = coalesce(${body ?? null}, body),
            tags = coalesce(${tags ?? null}::text[], tags)
          where id = ${id} and ${isLatest(version)}
          returning *),
        kept as (${revision(editorId)})
        select ${columns} from written`)
      if (changed) return changed
      throw new Problem({
        status: 409,
        code: 'edited-meanwhile',
        title: 'Somebody has changed this post since you read it.',
      })
    },
    setPublished: async (id, published) => {
      const changed = await one(sql`
        update blog_posts
        set published_at = case when ${published} then coalesce(published_at, now()) end
        where id = ${id} returning ${columns}`)
      if (!changed) throw new Error('The post vanished while it was published.')
      return changed
    },
    remove: async id => {
      await sql`delete from blog_posts where id = ${id}`.execute(db)
    },
    search: async ({ words = null, tag = null, limit }) => {
      const { rows } = await sql`
        select ${columns} from blog_posts
        where published_at is not null
          and (${tag}::text is null or tags @> array[${tag}::text])
          and (${words}::text is null or search @@ websearch_to_tsquery('simple', ${words}))
        order by case when ${words}::text is null then 0
            else ts_rank(search, websearch_to_tsquery('simple', ${words})) end desc,
          published_at desc
        limit ${limit}`.execute(db)
      return rows.map(row => post.parse(row))
    },
    revisions: async id => {
      const { rows } = await sql<Revision>`
        select version, editor_id as "editorId", title, at from blog_revisions
        where post_id = ${id} order by version`.execute(db)
      return rows
    },
    comment: async (postId, authorId, body) => {
      const { rows } = await sql<Comment>`
        insert into blog_comments (post_id, author_id, body)
        values (${postId}, ${authorId}, ${body})
        returning id, author_id as "authorId", body, at`.execute(db)
      const [made] = rows
      if (!made) throw new Error('The insert returned no comment.')
      return made
    },
    comments: async postId => {
      const { rows } = await sql<Comment>`
        select id, author_id as "authorId", body, at from blog_comments
        where post_id = ${postId} order by at limit 500`.execute(db)
      return rows
    },
  }
}
