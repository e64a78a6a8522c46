import pg from 'pg'
import type { Application, Instance } from './application.ts'
import { eventually } from './person.ts'

const key = 4_203
const commit = 'constraint trigger test_gate after insert or update'

/** Which change of which rows is held. */
interface Place {
  readonly table: string
  /** Default: an update, before it is done. Or a commit, when all else of its transaction is. */
  readonly at?: 'update' | 'commit'
  /** SQL over `old` and `new`. */
  readonly when: string
}

/**
 * Holds every worker at one update: the statement is under way and not done. So a death in the
 * middle of its work is no matter of luck.
 */
export class Gate implements AsyncDisposable {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  static async close(app: Application, { table, when, at = 'update' }: Place): Promise<Gate> {
    const client = new pg.Client({ connectionString: app.postgres.url })
    await client.connect()
    await client.query(`
      create or replace function test_gate() returns trigger language plpgsql as $$
      begin
        if ${when} then
          perform pg_advisory_xact_lock(${key});
        end if;
        return new;
      end $$`)
    await client.query(`
      drop trigger if exists test_gate on ${table};
      create ${at === 'update' ? 'trigger test_gate before update' : commit} on ${table}
      ${at === 'update' ? '' : 'deferrable initially deferred'}
      for each row execute function test_gate()`)
    await client.query('select pg_advisory_lock($1)', [key])
    return new Gate(client)
  }

  /** Resolves when a worker stands before it. */
  async reached(): Promise<void> {
    await eventually(
      () => this.#waiting(),
      pids => pids.length > 0,
      30_000,
    )
  }

  /** Kills the worker that stands before it, before its update is done. */
  async kill(worker: Instance): Promise<void> {
    await worker.process.kill()
    // Postgres would finish the statement of a client that is gone.
    for (const pid of await this.#waiting()) {
      await this.#client.query('select pg_terminate_backend($1)', [pid])
    }
    await eventually(
      () => this.#waiting(),
      pids => pids.length === 0,
    )
  }

  async #waiting(): Promise<number[]> {
    const text = `
      select pid from pg_locks where locktype = 'advisory' and objid = ${key} and not granted`
    return (await this.#client.query<{ pid: number }>(text)).rows.map(({ pid }) => pid)
  }

  /** Opens it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }
}
