import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../base/errors.ts'
import type { CrewAct } from '../../journal/crew.ts'
import { listExperiments } from '../../model/load-experiment.ts'
import type { Person } from './person.ts'
import { Refusal } from './refusal.ts'

const main = join(import.meta.dirname, '../../cli/main.ts')
const conclusion = z.object({ verdict: z.string() })
const mostOutput = 4 * 2 ** 20

/** Runs experiments of the catalogue by the lab's own command, one at a time, on systems of their own. */
export class Runner {
  readonly #root: string
  readonly #record: (by: Person, act: CrewAct) => void
  #child: ChildProcess | undefined

  constructor(root: string, record: (by: Person, act: CrewAct) => void) {
    this.#root = root
    this.#record = record
  }

  /** Resolves as soon as it runs. @throws {Refusal} while another one does, or when there is none. */
  async start(by: Person, experiment: string): Promise<void> {
    if (this.#child) throw new Refusal('invalid', ['another experiment is running'])
    const known = await listExperiments(this.#root)
    if (!known.some(({ name }) => name === experiment)) {
      throw new Refusal('not-found', [`there is no experiment ${experiment}`])
    }
    const child = spawn(process.execPath, [main, 'experiment', experiment, '--json'], {
      cwd: this.#root,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#child = child
    this.#record(by, { did: 'ran', experiment, step: 'began' })
    void this.#follow(by, experiment, child)
  }

  /** A run that goes on heals and ends. */
  async end(): Promise<void> {
    const child = this.#child
    if (!child) return
    const ended = once(child, 'close')
    child.kill('SIGTERM')
    await ended
  }

  async #follow(by: Person, experiment: string, child: ChildProcess): Promise<void> {
    let output = ''
    child.stdout?.on('data', chunk => {
      if (output.length < mostOutput) output += chunk
    })
    const ended = Promise.withResolvers<void>()
    child.once('close', () => ended.resolve())
    child.once('error', () => ended.resolve())
    await ended.promise
    this.#child = undefined
    this.#record(by, { did: 'ran', experiment, step: 'ended', verdict: verdictIn(output) })
  }
}

function verdictIn(output: string): string {
  try {
    return conclusion.parse(JSON.parse(output)).verdict
  } catch (error) {
    return `no verdict: ${messageOf(error).split('\n')[0]}`
  }
}
