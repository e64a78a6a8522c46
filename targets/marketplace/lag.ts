import type { FaultBoard } from '../peers/fault-board.ts'
import type { MarketplaceFault } from './fault.ts'
import type { Product } from './settings.ts'

/** The product as it is shown: as it is, or as it was while the fault `lagging` is in force. */
export type Lag = (product: Product) => Product

export function createLag(board: FaultBoard<MarketplaceFault>): Lag {
  const known = new WeakMap<MarketplaceFault, Map<string, Product>>()
  return product => {
    const fault = board.take('GET /products/:sku', ({ kind }) => kind === 'lagging')
    if (!fault) return product
    const then = known.get(fault) ?? new Map<string, Product>()
    known.set(fault, then)
    const before = then.get(product.sku) ?? product
    then.set(product.sku, before)
    return before
  }
}
