import { join } from 'node:path'
import { reservePort } from '../../targets/runtime/reserve-port.ts'
import type { NodeProcess } from '../program/event-loop-stall.ts'
import type { FaultBench } from './fault-bench.ts'
import { inPatience, type Served } from './link-trials.ts'

const readyWithinMs = 20_000

/** A small HTTP server in Node, for faults at a process by its pid; clients come on connections of their own. */
export async function nodeProgram({ rig: { run } }: FaultBench): Promise<Served<NodeProcess>> {
  const reserved = await reservePort()
  const { port } = reserved
  await reserved.release()
  const logFile = join(run.runFolder, `program-${port}.log`)
  const main = join(import.meta.dirname, 'small-server.ts')
  const program = await run.guardian.spawn({
    name: `program-${port}`,
    command: process.execPath,
    args: ['--inspect-port=0', main, `${port}`],
    logFile,
  })
  await program.readyWhen(async () => {
    const deadline = run.clock.nowMs() + readyWithinMs
    while ((await ask({ host: '127.0.0.1', port }).catch(() => '')) !== 'well') {
      if (run.clock.nowMs() > deadline) throw new Error(`no answer in ${readyWithinMs} ms`)
      await run.clock.sleep(20, run.signal)
    }
  })
  const { name, processId } = program
  return {
    server: { host: '127.0.0.1', port },
    part: ({ links }) => ({ name, processId, logFile, links }),
    use: at => inPatience(ask(at)),
  }
}

async function ask({ host, port }: { readonly host: string; readonly port: number }) {
  const headers = { connection: 'close' }
  const answer = await fetch(`http://${host}:${port}/`, {
    headers,
    signal: AbortSignal.timeout(5_000),
  })
  return answer.text()
}
