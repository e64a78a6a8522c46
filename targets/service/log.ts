import { type Logger, pino } from 'pino'
import type { Config } from './config.ts'
import { currentContext } from './context.ts'

/** JSON lines; `trace` is the id of the request, frame or job that a line was written for. */
export function createLog({ instance, logLevel }: Pick<Config, 'instance' | 'logLevel'>): Logger {
  return pino({
    level: logLevel,
    base: { instance },
    mixin: () => ({ trace: currentContext().requestId }),
  })
}
