import { glob, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Documented, documentedIn } from './docstrings.ts'
import type { Page } from './page.ts'
import { type Users, usedIn } from './used-in.ts'

export interface FaultDocument extends Documented {
  /** `faults/network/latency.ts` */
  readonly file: string
  /** `network`, `postgres`, … */
  readonly room: string
}

/** Every fault, by its docstring. */
export async function faultDocuments(root: string): Promise<readonly FaultDocument[]> {
  const found: FaultDocument[] = []
  for await (const file of glob('faults/*/**/*.ts', { cwd: root })) {
    if (/\.test\.ts$|^faults\/(proxy|testing)\//.test(file)) continue
    const all = documentedIn(await readFile(join(root, file), 'utf8'))
    const faults = all.filter(
      ({ returns, parameters }) =>
        returns.startsWith('Fault<') && parameters[0]?.startsWith('select'),
    )
    found.push(...faults.map(one => ({ ...one, file, room: basename(dirname(file)) })))
  }
  return found.toSorted((a, b) => a.name.localeCompare(b.name))
}

/** In one line of a test, by the room of the fault. */
const before: Readonly<Record<string, string>> = {
  network: 'link',
  postgres: 'db.link',
  redis: 'redis.link',
  http: 'api.link',
  websocket: 'socket.link',
  process: 'db.server',
  'postgres-server': 'db.server',
  'redis-server': 'redis.server',
  clients: 'api.clients',
}

/** @param inTests Names of the faults that the harness offers as methods. */
export function faultPage(fault: FaultDocument, users: Users, inTests: ReadonlySet<string>): Page {
  const { name, doc, file, room, parameters } = fault
  const needed = parameters.slice(1).filter(one => !hasDefault(one))
  const method = `${before[room]}.${name}(${needed.map(nameOf).join(', ')})`
  const test = inTests.has(name) ? ['In a test:', code(`await using fault = await ${method}`)] : []
  const lines = [
    `# ${name}`,
    doc,
    `In an experiment, on a part of the target (\`${room}\`, from \`${file}\`):`,
    code(`${name}(\n${parameters.map(one => `  ${one},\n`).join('')})`),
    ...test,
    usedIn(users, name),
  ]
  return { path: `reference/faults/${name}`, title: name, markdown: lines.join('\n\n') }
}

const hasDefault = (parameter: string) => / = /.test(parameter.replace(/^\{.*?\}: /, ''))

/** `delay` of `delay: Duration`. */
const nameOf = (parameter: string) => parameter.slice(0, parameter.indexOf(': '))

const code = (text: string) => `\`\`\`ts\n${text}\n\`\`\``
