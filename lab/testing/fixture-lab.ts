import { join } from 'node:path'
import { systemClock } from '../base/clock.ts'
import { startGuardian } from '../guardian/client.ts'
import { scratchFolderFor } from '../ledger/reachable-folder.ts'
import { fixtureUndo } from './fixture-undo.ts'

/**
 * A lab in mid-fault, for tests to kill: `node fixture-lab.ts FOLDER RUN`. It has started a server
 * with a child of its own in another session, owes two undos, and says so in one line.
 */
const [folder = '', runId = ''] = process.argv.slice(2)
const labFolder = join(folder, '.lab')
const guardian = await startGuardian({
  folder: labFolder,
  scratchFolder: await scratchFolderFor(labFolder, runId),
  runId,
  clock: systemClock,
})
const server = await guardian.spawn({
  name: 'server',
  command: 'sh',
  args: ['-c', 'setsid sleep 1000 & sleep 1001 & wait'],
  logFile: join(folder, 'server.log'),
})
const file = join(folder, 'undone')
await guardian.ledger.owe('first', { module: fixtureUndo, args: { file, line: 'first' } })
await guardian.ledger.owe('second', { module: fixtureUndo, args: { file, line: 'second' } })
console.log(JSON.stringify({ guardian: guardian.pid, server: server.pid }))
setInterval(() => {}, 1_000)
