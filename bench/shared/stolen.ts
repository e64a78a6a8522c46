import { readFileSync } from 'node:fs'

/**
 * From now on: the share (0 to 1) of the processors' time that the host of this virtual machine gave
 * to others while it was wanted here. Linux tells it (`steal` in proc(5)); elsewhere it is 0.
 */
export function watchStolen(): () => number {
  const start = times()
  return () => {
    const now = times()
    return now.all > start.all ? (now.stolen - start.stolen) / (now.all - start.all) : 0
  }
}

function times(): { readonly stolen: number; readonly all: number } {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
    // user nice system idle iowait irq softirq steal; guests, after these, are counted in user.
    const spent = line.trim().split(/\s+/).slice(1, 9).map(Number)
    return { stolen: spent[7] ?? 0, all: spent.reduce((sum, ticks) => sum + ticks, 0) }
  } catch {
    return { stolen: 0, all: 0 }
  }
}
