import { Connections } from './connections.ts'
import { order } from './plan.ts'
import { play } from './play.ts'

/**
 * The load generator, a process of its own so that it measures no loop but its own: told over IPC
 * to open connections and to play plans, it answers with one message each.
 */
let connections: Connections | undefined

async function obey(message: unknown): Promise<unknown> {
  const told = order.parse(message)
  if (told.kind === 'open') {
    connections ??= new Connections(told.doors)
    await connections.grow(told.connections)
    return { open: connections.open }
  }
  if (!connections) throw new Error('A plan needs connections; open some first.')
  return play(told.plan, connections)
}

process.on('message', message => {
  obey(message).then(
    result => process.send?.({ result }),
    error => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
