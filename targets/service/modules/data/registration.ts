import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Passwords } from '../../identity/passwords.ts'
import { Problem } from '../../problem.ts'
import { explain } from './answers.ts'
import type { Clock } from './clock.ts'
import type { Db, Engine } from './engine.ts'
import { queueMail } from './mail-queue.ts'
import { createPeople } from './people.ts'
import { line } from './profile.ts'
import type { Person } from './tables.ts'

export const entry = z.strictObject({
  email: z.email().max(254),
  name: line(100),
  password: z.string().min(10).max(128),
})
export type Entry = z.infer<typeof entry>

/** A directory of people who prove their address, on any of the three databases. */
export interface Registration {
  /** The row, the token and the mail are stored together, or none of them. */
  register(entry: Entry): Promise<number>
  /** Once, within a day. @throws {Problem} 400 `token-invalid`. */
  verify(token: string): Promise<Person>
  /** @throws {Problem} 401 `login-wrong`, 403 `unverified`. */
  prove(email: string, password: string): Promise<Person>
}

const tokenMs = 24 * 3_600_000
const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url')

interface Parts {
  readonly passwords: Passwords
  readonly publicUrl: string
  readonly clock: Clock
}

export function createRegistration(
  engine: Engine,
  { passwords, publicUrl, clock }: Parts,
): Registration {
  const peopleOf = (db: Db) => createPeople({ kind: engine.kind, db })
  return {
    register: async ({ email, name, password }) => {
      const passwordHash = await passwords.hash(password)
      const token = randomBytes(32).toString('base64url')
      const work = engine.transaction(async trx => {
        const id = await peopleOf(trx).add({ email, name, passwordHash })
        const values = {
          hash: hashOf(token),
          person_id: id,
          expires_at: sql<number>`${clock()} + ${tokenMs}`,
        }
        await trx.insertInto('data_tokens').values(values).execute()
        const body = `Hello ${name},\n\n${publicUrl}/v1/directory/verify?token=${token}\n`
        await queueMail(trx, clock, { recipient: email, subject: 'Confirm your address', body })
        return id
      })
      return work.catch(explain)
    },
    verify: async token => {
      const work = engine.transaction(async trx => {
        // One statement decides, so of two who come at once only one is let in.
        const { numUpdatedRows } = await trx
          .updateTable('data_tokens')
          .set({ used_at: clock() })
          .where('hash', '=', hashOf(token))
          .where('used_at', 'is', null)
          .where('expires_at', '>', clock())
          .executeTakeFirst()
        if (numUpdatedRows === 0n) throw invalid()
        const owner = trx.selectFrom('data_tokens').select('person_id')
        const { person_id } = await owner
          .where('hash', '=', hashOf(token))
          .executeTakeFirstOrThrow()
        const people = peopleOf(trx)
        await people.change(Number(person_id), { verifiedAt: new Date() })
        const person = await people.byId(Number(person_id))
        if (!person) throw invalid()
        return person
      })
      return work.catch(explain)
    },
    prove: async (email, password) => {
      const person = await createPeople(engine).byEmail(email).catch(explain)
      if (!(await passwords.matches(password, person?.passwordHash)) || !person) {
        throw new Problem({ status: 401, code: 'login-wrong', title: 'Wrong name or password.' })
      }
      if (person.verifiedAt) return person
      const title = 'Confirm your e-mail address first.'
      throw new Problem({ status: 403, code: 'unverified', title })
    },
  }
}

function invalid(): Problem {
  const title = 'This link was used, has expired, or was never valid.'
  return new Problem({ status: 400, code: 'token-invalid', title })
}
