#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

/**
 * `pnpm lab …`. Compiled code is kept between runs, of this process and of those it starts, which
 * read the variable; where it cannot be kept, nothing fails.
 */
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../../node_modules/.cache/lab')
enableCompileCache(process.env.NODE_COMPILE_CACHE)
await import('./command-line.ts')
