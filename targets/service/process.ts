import { ConfigError, loadConfig } from './config.ts'
import { createDefences } from './defences.ts'
import { createLog } from './log.ts'
import { startService } from './service.ts'

/** Starts the service; ends the process on SIGTERM, or when it cannot start. */
export async function runProcess(): Promise<void> {
  try {
    await start()
  } catch (error) {
    fail(error)
  }
}

async function start(): Promise<void> {
  const config = loadConfig(process.env)
  const log = createLog(config)
  const service = await startService(config, log)
  // Nobody who had thought of nothing would catch the signal.
  if (!createDefences(config.defencesOff).on('graceful-shutdown')) return
  const stop = async (signal: NodeJS.Signals) => {
    log.info({ event: 'closing', signal }, 'closing')
    await service.close()
    log.info({ event: 'closed' }, 'closed')
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stop(signal).then(
        () => process.exit(0),
        error => fail(error),
      )
    })
  }
}

function fail(error: unknown): never {
  // A configuration error says it all; anything else needs its stack.
  process.stderr.write(`${error instanceof ConfigError ? error.message : describe(error)}\n`)
  process.exit(error instanceof ConfigError ? 78 : 1)
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
