/** Fixed windows of one second per key: crude, as third parties are. */
export class RateLimit {
  readonly #perSecond: number
  readonly #windows = new Map<string, { second: number; count: number }>()

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  allows(key: string, nowMs = Date.now()): boolean {
    const second = Math.floor(nowMs / 1000)
    const window = this.#windows.get(key)
    if (window?.second !== second) {
      this.#windows.set(key, { second, count: 1 })
      return true
    }
    window.count++
    return window.count <= this.#perSecond
  }
}
