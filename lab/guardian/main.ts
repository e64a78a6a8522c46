import { createInterface } from 'node:readline'
import { systemClock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import { finishRun } from '../ledger/finish-run.ts'
import { LedgerWriter, readLedger } from '../ledger/ledger-file.ts'
import { demandTrustedRun } from '../ledger/trusted-run.ts'
import { identify, type ProcessId } from '../processes/process-table.ts'
import { GuardedServer } from './guarded-server.ts'
import { type Answer, type Request, request, type ServerRequest } from './protocol.ts'

/**
 * The guardian process: `node main.ts LEDGER`. Parent of every server of one run. It ends
 * when the lab says so, or when the pipe from the lab ends because the lab did.
 */
const ledgerFile = process.argv[2] ?? ''
const run = await readRun()
const ledger = await LedgerWriter.open(ledgerFile)
const servers = new Map<number, GuardedServer>()
let finishing = false

// The terminal's signals are for the lab: it heals, and then says when to end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
// Once the lab is gone nobody reads: that is no reason to die.
process.stdout.on('error', () => {})
// Nor is a slip in somebody's undo: its log tells, and what is left to do is done.
process.on('uncaughtException', error => console.error(error))

await ledger.append({ kind: 'guardian', ...identify(process.pid) })
say({ kind: 'ready', ...identify(process.pid) })

const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
lines.on('line', line => void receive(line))
lines.on('close', () => void finish())

async function readRun() {
  const { run } = await readLedger(ledgerFile)
  if (!run) throw new Error(`${ledgerFile} does not begin with a run.`)
  await demandTrustedRun(ledgerFile, run)
  return run
}

async function receive(line: string): Promise<void> {
  try {
    await handle(request.parse(JSON.parse(line)))
  } catch (error) {
    // The last words of a lab that died while it spoke.
    console.error(`not understood: ${line.slice(0, 200)}`, error)
  }
}

async function handle(message: Request): Promise<void> {
  if (message.do === 'finish') return finish(message.id)
  try {
    const process = await obey(message)
    say({ kind: 'done', id: message.id, ...(process && { process }) })
  } catch (error) {
    const reason = messageOf(error)
    say({ kind: 'failed', id: message.id, error: reason })
  }
}

async function obey(message: ServerRequest): Promise<ProcessId | undefined> {
  if (finishing) throw new Error('the run is being ended')
  if (message.do === 'spawn') {
    const { server: id, spec } = message
    const server = new GuardedServer(spec, { ...run, ledgerFile }, systemClock, exit =>
      say({ kind: 'exited', server: id, ...exit }),
    )
    servers.set(id, server)
    return record(server, server.start(message.incarnation))
  }
  const server = servers.get(message.server)
  if (!server) throw new Error(`there is no server ${message.server}`)
  switch (message.do) {
    case 'restart':
      return record(server, server.restart(message.incarnation))
    case 'kill':
      await server.kill()
      return
    case 'stop':
      await server.stop()
      return
    case 'pause':
      await server.pause()
      return
    case 'resume':
      server.resume()
      return
    case 'signal':
      server.signal(message.signal as NodeJS.Signals)
  }
}

async function record(server: GuardedServer, starting: Promise<ProcessId>): Promise<ProcessId> {
  const started = await starting
  const { spec, stopSignal } = server
  await ledger.append({ kind: 'spawned', name: spec.name, stopSignal, ...started })
  return started
}

async function finish(id?: number): Promise<void> {
  if (finishing) return
  finishing = true
  await ledger[Symbol.asyncDispose]()
  const problems = await finishRun(ledgerFile, systemClock).then(
    finished => finished.problems,
    error => [messageOf(error)],
  )
  for (const problem of problems) console.error(problem)
  const code = problems.length === 0 ? 0 : 1
  if (id === undefined) process.exit(code)
  say({ kind: 'done', id, problems: [...problems] })
  // At the latest when the lab, having heard it, closes the pipe or ends.
  process.stdout.end(() => process.exit(code))
  process.stdout.on('error', () => process.exit(code))
}

function say(message: Answer): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
