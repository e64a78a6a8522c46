import pg from 'pg'
import type { Application } from './application.ts'
import { eventually, sql } from './person.ts'

/** Holds whoever wants this table, as a long piece of work would, until it is opened or disposed. */
export class HeldTable implements AsyncDisposable {
  readonly #app: Application
  #client: pg.Client | undefined

  private constructor(app: Application, client: pg.Client) {
    this.#app = app
    this.#client = client
  }

  /** @param from `writing`: readers go on. */
  static async hold(app: Application, table: string, from: 'reading' | 'writing') {
    const client = new pg.Client({ connectionString: app.postgres.url })
    await client.connect()
    const mode = from === 'reading' ? 'access exclusive' : 'exclusive'
    await client.query(`begin; lock table ${client.escapeIdentifier(table)} in ${mode} mode`)
    return new HeldTable(app, client)
  }

  /** Resolves when so many statements of this instance stand before it. */
  async waiting(instance: string, count: number): Promise<void> {
    const text = `
      select 1 from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'`
    await eventually(
      () => sql(this.#app, text, [instance]),
      rows => rows.length >= count,
      20_000,
    )
  }

  async open(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.open()
  }
}
