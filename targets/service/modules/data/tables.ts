import type { Generated } from 'kysely'
import { z } from 'zod'

/** As it is stored: what a driver gives back differs, so every row is read through a schema. */
export type Tables = {
  data_people: {
    id: Generated<number>
    email: string
    email_key: string
    name: string
    password_hash: string | null
    verified_at: number | null
    balance_cents: number
    active: unknown
    settings: string
    avatar: Uint8Array | null
    version: number
    created_at: number
  }
  data_notes: {
    id: Generated<number>
    person_id: number
    title: string
    body: string
    rank: number
  }
  data_tokens: { hash: string; person_id: number; expires_at: number; used_at: number | null }
  data_mails: {
    id: string
    recipient: string
    subject: string
    body: string
    attempts: number
    due_at: number
    sent_at: number | null
    failed_at: number | null
    last_error: string | null
  }
}

const integer = z.union([z.int(), z.bigint().transform(Number), z.string().transform(Number)])
// Milliseconds since 1970 as a number: exact, sortable, and the same everywhere, which no type
// for points in time is.
const moment = integer.transform(ms => new Date(ms))
const flag = z.union([z.boolean(), z.number().transform(value => value !== 0)])
const object = z.record(z.string(), z.json())
const json = z.union([object, z.string().transform(text => object.parse(JSON.parse(text)))])
// A plain view: drivers give subclasses of their own.
const bytes = z.instanceof(Uint8Array).transform(it => new Uint8Array(it))

export const personRow = z
  .object({
    id: integer,
    email: z.string(),
    name: z.string(),
    password_hash: z.string().nullable(),
    verified_at: moment.nullable(),
    balance_cents: integer,
    active: flag,
    settings: json,
    avatar: bytes.nullable(),
    version: integer,
    created_at: moment,
  })
  .transform(row => ({
    id: row.id,
    email: row.email,
    name: row.name,
    passwordHash: row.password_hash,
    verifiedAt: row.verified_at,
    balanceCents: row.balance_cents,
    active: row.active,
    settings: row.settings,
    avatar: row.avatar,
    version: row.version,
    createdAt: row.created_at,
  }))

export const noteRow = z
  .object({
    id: integer,
    person_id: integer,
    title: z.string(),
    body: z.string(),
    rank: integer,
  })
  .transform(({ person_id, ...row }) => ({ ...row, personId: person_id }))

export type Person = z.output<typeof personRow>
export type Note = z.output<typeof noteRow>
