#!/usr/bin/env node
import * as nodeModule from 'node:module'
import { print } from '../base/print.ts'
import { compiledFolder } from './support/compiled-folder.ts'
import { quietNode } from './support/quiet-node.ts'
import { tooOld } from './support/too-old.ts'

/**
 * `pnpm lab …`, `npx resilience-lab …`. What is imported above runs on old Nodes, too. Compiled code is
 * kept between runs, of this process and of those it starts, which read the variable; where it cannot
 * be kept, nothing fails.
 */
const problem = tooOld(process.versions.node)
if (problem === undefined) {
  process.env.NODE_COMPILE_CACHE ??= compiledFolder()
  nodeModule.enableCompileCache(process.env.NODE_COMPILE_CACHE)
  quietNode()
  await import('./command-line.ts')
} else {
  print(process.stderr, problem)
  // Node's own 1 would say `broken`.
  process.exitCode = 5
}
