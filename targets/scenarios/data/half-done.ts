/**
 * Takes 100 cents from one person, says so, and never gets to give them to another.
 * `node half-done.ts URL FROM whole|pieces`: in a transaction, or each step for itself.
 */
import { openEngine } from '../../service/modules/data/open-engine.ts'
import { createPeople } from '../../service/modules/data/people.ts'

const [url = '', from = '', how = 'whole'] = process.argv.slice(2)
const engine = openEngine(url)
const forever = setInterval(() => {}, 60_000)

async function takeAndWait(people: ReturnType<typeof createPeople>): Promise<void> {
  await people.credit(Number(from), -100)
  process.stdout.write('half\n')
  await new Promise(() => {})
}

if (how === 'pieces') await takeAndWait(createPeople(engine))
else await engine.transaction(db => takeAndWait(createPeople({ kind: engine.kind, db })))
clearInterval(forever)
