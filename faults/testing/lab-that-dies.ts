import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** Which examples, as `examplesOf` takes it. */
export interface Source {
  readonly room: string
  readonly selector: string | undefined
}

/** Which of the room's lasting examples, and the part to make it on. */
export interface Aim {
  readonly fault: number
  readonly part: unknown
}

/** A lab as a process of its own, with faults in force. */
export interface DyingLab extends AsyncDisposable {
  /** SIGKILL: it cleans nothing up, its guardian has to. */
  kill(): Promise<void>
  /** Whether the guardian has played every undo of its ledger. */
  ledgerIsGone(): boolean
}

const said = z.object({ ledgerFile: z.string(), folder: z.string() })

/** Resolves when the faults are in force. */
export async function startDyingLab(from: Source, aims: readonly Aim[]): Promise<DyingLab> {
  const main = fileURLToPath(new URL('apply-and-wait.ts', import.meta.url))
  const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  child.stdin.end(JSON.stringify({ ...from, aims }))
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([once(lines, 'line'), exited])
  if (child.exitCode !== null) throw new Error(`the lab that should die ended with ${first[0]}`)
  const { ledgerFile, folder } = said.parse(JSON.parse(`${first[0]}`))
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return {
    kill,
    ledgerIsGone: () => !existsSync(ledgerFile),
    [Symbol.asyncDispose]: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
