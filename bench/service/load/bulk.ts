import { randomUUID } from 'node:crypto'
import pLimit from 'p-limit'
import { z } from 'zod'
import { migrateEngine, openEngine } from '../../../targets/service/modules/data/open-engine.ts'
import { createPeople, type NewPerson } from '../../../targets/service/modules/data/people.ts'

const order = z.object({
  url: z.url(),
  batches: z.int().min(1),
  rowsPerBatch: z.int().min(1),
  atOnce: z.int().min(1),
})

/** Inserts people in batches; told over IPC, answers with the rows found and the seconds taken. */
async function insert(message: unknown): Promise<unknown> {
  const { url, batches, rowsPerBatch, atOnce } = order.parse(message)
  await using engine = openEngine(url, { poolSize: atOnce })
  await migrateEngine(engine)
  const people = createPeople(engine)
  const before = await people.count()
  const limit = pLimit(atOnce)
  const startMs = performance.now()
  const all = Array.from({ length: batches }, () =>
    limit(() => people.addAll(Array.from({ length: rowsPerBatch }, someone))),
  )
  await Promise.all(all)
  const seconds = (performance.now() - startMs) / 1_000
  return { rows: (await people.count()) - before, seconds }
}

function someone(): NewPerson {
  return { email: `${randomUUID()}@example.test`, name: 'Somebody' }
}

process.on('message', message => {
  insert(message).then(
    result => process.send?.({ result }),
    error => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
