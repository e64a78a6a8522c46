import { sql } from 'kysely'
import type { Migrations } from '../../postgres/migrate.ts'

export const migrations: Migrations = {
  '080-blog': {
    up: async db => {
      await sql`
        create table blog_posts (
          id uuid primary key default gen_random_uuid(),
          slug text not null constraint blog_posts_slug unique,
          author_id uuid not null,
          title text not null,
          body text not null,
          tags text[] not null default '{}',
          version integer not null default 1,
          created_at timestamptz not null default now(),
          updated_at timestamptz not null default now(),
          published_at timestamptz,
          search tsvector generated always as
            (setweight(to_tsvector('simple', title), 'A') || to_tsvector('simple', body)) stored
        )`.execute(db)
      await sql`
        create table blog_revisions (
          post_id uuid not null references blog_posts (id) on delete cascade,
          version integer not null,
          editor_id uuid not null,
          title text not null,
          body text not null,
          tags text[] not null,
          at timestamptz not null default now(),
          primary key (post_id, version)
        )`.execute(db)
      await sql`
        create table blog_comments (
          id uuid primary key default gen_random_uuid(),
          post_id uuid not null references blog_posts (id) on delete cascade,
          author_id uuid not null,
          body text not null,
          at timestamptz not null default clock_timestamp()
        )`.execute(db)
      await sql`create index blog_posts_search on blog_posts using gin (search)`.execute(db)
      await sql`create index blog_posts_tags on blog_posts using gin (tags)`.execute(db)
      await sql`create index blog_comments_post on blog_comments (post_id, at)`.execute(db)
    },
    down: async db => {
      await sql`drop table blog_comments, blog_revisions, blog_posts`.execute(db)
    },
  },
}
