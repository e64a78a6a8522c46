import type { z } from 'zod'
import type { FaultBoard, faultRule } from './fault-board.ts'
import type { Port } from './port.ts'

/** Keeps the port closed while a fault of kind `away` is in force. */
export function closeWhileAway<Fault extends z.infer<typeof faultRule> & { readonly kind: string }>(
  port: Port,
  board: FaultBoard<Fault>,
): void {
  const isAway = (fault: Fault) => fault.kind === 'away'
  board.watch(async () => {
    if (!board.inForce(isAway)) return port.open()
    board.take('CONNECT', isAway)
    await port.close()
  })
}
