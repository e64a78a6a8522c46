import { askEngine, type EngineAddress } from '../../lab/containers/ask-engine.ts'

/**
 * Has the engine do something to a container: `start`, `unpause`, `kill?signal=SIGKILL`. One that is gone, or
 * is as it should be, is done.
 * @throws {Error} with what the engine said.
 */
export async function tellContainer(
  address: EngineAddress,
  container: string,
  action: string,
  withinMs: number,
): Promise<void> {
  const path = `/containers/${container}/${action}`
  const { status, text } = await askEngine(address, path, { method: 'POST', withinMs })
  // 304: it runs; 404: it is gone; 409, 500 "is not paused": nothing to continue.
  const harmless = [304, 404, 409].includes(status) || /not paused/.test(text)
  if (status >= 300 && !harmless) {
    throw new Error(`the engine refused to ${action} ${container}: ${status} ${text.trim()}`)
  }
}
