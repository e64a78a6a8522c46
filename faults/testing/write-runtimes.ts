import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { faultsBySetting } from './faults-by-setting.ts'

/** `node faults/testing/write-runtimes.ts`: makes the table of docs/runtimes.md anew. */
const file = join(import.meta.dirname, '../../docs/runtimes.md')
const text = await readFile(file, 'utf8')
const head = text.slice(0, text.indexOf('| fault |'))
await writeFile(file, `${head}${await faultsBySetting()}\n`)
