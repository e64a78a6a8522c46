/** Migrates in two steps with a long pause in between: `node slow-migration.ts URL`. */
import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { openEngine } from '../../service/modules/data/open-engine.ts'

const engine = openEngine(process.argv[2] ?? '')
const migrator = new Migrator({
  db: engine.db,
  provider: {
    getMigrations: async () => ({
      '1-halves': {
        up: async db => {
          await sql`create table half_one (id integer)`.execute(db)
          process.stdout.write('half\n')
          await new Promise(resolve => setTimeout(resolve, 60_000))
          await sql`create table half_two (id integer)`.execute(db)
        },
      },
    }),
  },
})
await migrator.migrateToLatest()
