import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { readOwnFileIfThere, writeOwnFile } from '../../base/own-file.ts'
import { type Role, roles } from '../../journal/crew-words.ts'

const stored = z.object({
  port: z.int(),
  links: z.partialRecord(z.enum(roles), z.string()),
  people: z.record(
    z.string(),
    z.object({ name: z.string(), role: z.enum(roles), link: z.string() }),
  ),
})
type Stored = z.infer<typeof stored>

export interface Member {
  readonly name: string
  readonly role: Role
}

/** Of one role: whoever has a link fills up nobody else's. */
const mostPeople = 100

/**
 * Who may do what, by secrets: a link for each role, and from it one for each person. Only their
 * hashes are kept, in a file of the day's own, so that a day that goes on knows its people.
 */
export class Access {
  readonly #file: string
  #stored: Stored

  private constructor(file: string, stored: Stored) {
    this.#file = file
    this.#stored = stored
  }

  /** Takes up what an earlier process of the day left. */
  static async open(folder: string): Promise<Access> {
    const file = join(folder, 'access.json')
    const text = await readOwnFileIfThere(file)
    const before = text === undefined ? { port: 0, links: {}, people: {} } : JSON.parse(text)
    return new Access(file, stored.parse(before))
  }

  /** Where the day was served before; 0 for a new one. */
  get port(): number {
    return this.#stored.port
  }

  async served(port: number): Promise<void> {
    this.#stored = { ...this.#stored, port }
    await this.#save()
  }

  /** A new secret for a role's link. The link before it, and who came by it, are shut out. */
  async rotate(role: Role): Promise<string> {
    const secret = newSecret()
    const before = this.#stored.links[role]
    const people = Object.entries(this.#stored.people).filter(([, { link }]) => link !== before)
    const links = { ...this.#stored.links, [role]: hashed(secret) }
    this.#stored = { ...this.#stored, links, people: Object.fromEntries(people) }
    await this.#save()
    return secret
  }

  /** Undefined for a secret that is no link's, or when the day is full of its role. */
  async join(linkSecret: string, name: string): Promise<(Member & { secret: string }) | undefined> {
    const link = hashed(linkSecret)
    const role = roles.find(each => this.#stored.links[each] === link)
    if (role === undefined || this.#count(role) >= mostPeople) return undefined
    const taken = Object.values(this.#stored.people).filter(
      each => each.role !== role || each.link !== link,
    )
    const unique = taken.some(each => each.name === name) ? `${name} (${role})` : name
    const secret = newSecret()
    const person = { name: unique, role, link }
    this.#stored = {
      ...this.#stored,
      people: { ...this.#stored.people, [hashed(secret)]: person },
    }
    await this.#save()
    return { name: unique, role, secret }
  }

  /** Whose secret this is. */
  who(secret: string): Member | undefined {
    const key = hashed(secret)
    const { people } = this.#stored
    const found = Object.hasOwn(people, key) ? people[key] : undefined
    return found && { name: found.name, role: found.role }
  }

  #count(role: Role): number {
    return Object.values(this.#stored.people).filter(each => each.role === role).length
  }

  #save(): Promise<void> {
    return writeOwnFile(this.#file, JSON.stringify(this.#stored), 0o600)
  }
}

const newSecret = () => randomBytes(24).toString('base64url')

/** Looked up by its hash, so that the time of a comparison tells nothing of a secret. */
function hashed(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
