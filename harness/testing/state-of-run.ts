import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readLedger } from '../../lab/ledger/ledger-file.ts'
import { isAlive } from '../../lab/processes/process-table.ts'

/** What is owed and alive, by the ledgers below this folder: names of servers, labels of faults. */
export async function stateOfRun(root = process.cwd()) {
  const folder = join(root, '.lab/ledgers')
  const files = (await readdir(folder)).filter(name => name.endsWith('.jsonl'))
  const ledgers = await Promise.all(files.map(name => readLedger(join(folder, name))))
  return {
    owed: ledgers.flatMap(({ owed }) => owed.map(({ label }) => label)),
    alive: ledgers.flatMap(({ spawned }) => spawned.filter(isAlive).map(({ name }) => name)),
  }
}
