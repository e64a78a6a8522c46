import type { DatabaseSync } from 'node:sqlite'
import PostalMime from 'postal-mime'
import { z } from 'zod'
import { openDatabase } from '../peers/open-database.ts'

const row = z.object({
  id: z.number(),
  sender: z.string(),
  recipients: z.string().transform(text => z.array(z.string()).parse(JSON.parse(text))),
  raw: z.instanceof(Uint8Array),
  receivedAt: z.string(),
})

/** A message as it was accepted. */
export interface Mail {
  readonly id: number
  /** Of the envelope: whom the SMTP session named, whatever the header says. */
  readonly sender: string
  readonly recipients: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly messageId: string
  readonly receivedAt: string
}

/** All mail that was accepted; in a file, it is on disk before the 250 is sent. */
export class Mailbox implements Disposable {
  readonly #db: DatabaseSync

  constructor(file: string) {
    this.#db = openDatabase(
      file,
      `
      CREATE TABLE IF NOT EXISTS mail (
        id INTEGER PRIMARY KEY, sender TEXT NOT NULL, recipients TEXT NOT NULL, raw BLOB NOT NULL,
        receivedAt TEXT NOT NULL) STRICT;`,
    )
  }

  keep(sender: string, recipients: readonly string[], raw: Uint8Array): void {
    this.#db
      .prepare('INSERT INTO mail (sender, recipients, raw, receivedAt) VALUES (?, ?, ?, ?)')
      .run(sender, JSON.stringify(recipients), raw, new Date().toISOString())
  }

  /** In the order of arrival; those to `to` (any letter case), or all. */
  async read(to?: string): Promise<readonly Mail[]> {
    const rows = z.array(row).parse(this.#db.prepare('SELECT * FROM mail ORDER BY id').all())
    const wanted = to?.toLowerCase()
    return Promise.all(
      rows
        .filter(mail => !wanted || mail.recipients.some(it => it.toLowerCase() === wanted))
        .map(parsed),
    )
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }
}

async function parsed({ raw, ...envelope }: z.output<typeof row>): Promise<Mail> {
  const mail = await PostalMime.parse(raw)
  return {
    ...envelope,
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    messageId: mail.messageId ?? '',
  }
}
