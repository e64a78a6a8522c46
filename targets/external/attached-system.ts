import { writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { AsyncDisposableStack } from '../../lab/base/async-disposable-stack.ts'
import { LabError } from '../../lab/base/errors.ts'
import type { ExternalPart } from '../../lab/model/external/external-config.ts'
import type { ExternalSystem } from '../../lab/model/external/external-system.ts'
import type { Context } from '../../lab/model/target.ts'
import { commandControl } from './command-control.ts'
import { containerControl } from './container-control.ts'
import type { Control, Incarnation } from './control.ts'
import { ExternalProcess } from './external-process.ts'
import { followFile } from './follow-file.ts'
import { identityOf, pidFileControl } from './pid-file-control.ts'
import { runShell } from './run-shell.ts'
import { externalUndo } from './undo-external.ts'

type AttachContext = Pick<Context, 'runFolder' | 'recorder' | 'clock' | 'signal'>

/** A system that runs already, as a target finds its parts in it. Disposing it leaves all as it is. */
export class AttachedSystem implements AsyncDisposable {
  readonly described: ExternalSystem
  readonly #context: AttachContext
  readonly #processes = new Map<string, Promise<ExternalProcess>>()
  readonly #open = new AsyncDisposableStack()

  constructor(described: ExternalSystem, context: AttachContext) {
    this.described = described
    this.#context = context
  }

  /** @throws {LabError} `part-not-described`. */
  part(name: string): ExternalPart {
    const found = this.described.parts[name]
    if (!found) throw this.#absent(`parts.${name}`)
    return found
  }

  /** Where a part is itself. @throws {LabError} `part-not-described`. */
  urlOf(name: string): string {
    const { url } = this.part(name)
    if (url === undefined) throw this.#absent(`parts.${name}.url`)
    return url
  }

  /** Its host and port, which its URL must say. */
  addressOf(name: string): { readonly host: string; readonly port: number } {
    const { hostname, port, protocol } = new URL(this.urlOf(name))
    const usual = usualPorts[protocol]
    if (port === '' && usual === undefined) throw this.#absent(`parts.${name}.url with a port`)
    return {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (usual ?? 0) : Number(port),
    }
  }

  /** What is written to a part's log from now on; a part without one has an empty file. */
  logFileOf(name: string): string {
    return join(this.#context.runFolder, `${name}.log`)
  }

  /** The same when asked again. @throws {LabError} where it does not run as described. */
  process(name: string): Promise<ExternalProcess> {
    const known = this.#processes.get(name)
    if (known) return known
    const attaching = this.#attach(name)
    this.#processes.set(name, attaching)
    return attaching
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync()
  }

  async #attach(name: string): Promise<ExternalProcess> {
    const { recorder, clock } = this.#context
    const { onlyLooks } = this.described
    const logFile = this.logFileOf(name)
    const control = await this.#controlOf(name)
    if (!onlyLooks) await this.#follow(name, control, logFile)
    return this.#open.use(
      await ExternalProcess.attach({
        name,
        control,
        external: this.described,
        recorder: onlyLooks ? undefined : recorder,
        clock,
        logFile,
      }),
    )
  }

  async #controlOf(name: string): Promise<Control | undefined> {
    const { process: described } = this.described.parts[name] ?? {}
    if (!described) return undefined
    const { file } = this.described
    const cwd = dirname(file)
    const { container, pidFile, start } = described
    if (container !== undefined) {
      return containerControl(container, `external.parts.${name}.process.container in ${file}`)
    }
    const undo = (action: 'start' | 'resume', of: Incarnation | undefined) =>
      externalUndo({
        ...{ config: file, part: name, action },
        ...(of && of.pid > 0 && { process: identityOf(of) }),
      })
    if (pidFile === undefined) return commandControl(described, name, cwd, undo)
    const starting = start === undefined ? undefined : () => runShell(start, cwd)
    return pidFileControl(resolve(cwd, pidFile), starting, undo)
  }

  /** A log that cannot be followed ends early; what it would have said is missing in the journal. */
  async #follow(name: string, control: Control | undefined, logFile: string): Promise<void> {
    const { log } = this.described.parts[name] ?? {}
    await writeFile(logFile, '')
    const over = new AbortController()
    const following =
      log === undefined
        ? control?.followLog?.(logFile, over.signal)
        : followFile(resolve(dirname(this.described.file), log), logFile, over.signal)
    const ended = following?.catch((error: Error) => {
      if (over.signal.aborted) return
      const why = `the log of ${name}: ${error.message}`
      this.#context.recorder.record({ kind: 'overflow', dropped: 1, why })
    })
    this.#open.use({
      [Symbol.asyncDispose]: async () => {
        over.abort()
        await ended
      },
    })
  }

  #absent(field: string): LabError {
    const { file, parts } = this.described
    return new LabError(
      {
        code: 'part-not-described',
        expected: `external.${field} in ${file}: the experiment's target has this part`,
        found: Object.keys(parts).join(', ') || 'no parts',
        why: 'The lab finds what runs already by its description alone.',
        next: 'Describe it there, or run an experiment whose target is without it.',
      },
      'usage',
    )
  }
}

const usualPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
}
