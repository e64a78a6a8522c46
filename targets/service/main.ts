import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'

/**
 * The service as a process: `SERVICE_CONFIG=config.json node targets/service/main.ts`. Compiled
 * code is kept between starts, which takes a third off them; where it cannot be kept, nothing fails.
 */
enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/service'))
const { runProcess } = await import('./process.ts')
await runProcess()
flushCompileCache()
